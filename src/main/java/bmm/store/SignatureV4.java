package bmm.store;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.SortedMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Signs requests. The content itself is not signed; where it has to be, its MD5 is among the signed headers, and the
 * server, which computes that anyway, checks it.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html">Signature Version 4</a>
 */
final class SignatureV4 {
    private static final String UNSIGNED = "UNSIGNED-PAYLOAD";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final HexFormat HEX = HexFormat.of();

    private final S3Credentials credentials;
    private final String region;

    /** The same one all day long. */
    private volatile @Nullable DayKey dayKey;

    private volatile Second second = new Second(0, "");

    private record Second(long epoch, String text) {}

    private record DayKey(String day, SecretKeySpec key) {}

    SignatureV4(S3Credentials credentials, String region) {
        this.credentials = credentials;
        this.region = region;
    }

    /**
     * Adds the headers that belong to a signature.
     *
     * @param path encoded
     * @param query encoded, its names in order
     * @param headers all that are to be signed, {@code host} among them, names in lower case
     */
    void sign(String method, String path, String query, SortedMap<String, String> headers) {
        // The server's time, not that of what bmm is told to believe: a signature is good for minutes.
        String time = time(Instant.now());
        headers.put("x-amz-date", time);
        headers.put("x-amz-content-sha256", UNSIGNED);
        String names = String.join(";", headers.keySet());
        StringBuilder request = new StringBuilder(512)
                .append(method)
                .append('\n')
                .append(path)
                .append('\n')
                .append(query)
                .append('\n');
        headers.forEach((name, value) ->
                request.append(name).append(':').append(folded(value)).append('\n'));
        request.append('\n').append(names).append('\n').append(UNSIGNED);
        String day = time.substring(0, 8);
        String scope = day + "/" + region + "/s3/aws4_request";
        String toSign = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + sha256(request.toString());
        headers.put(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=" + credentials.accessKey().reveal() + "/" + scope + ", SignedHeaders="
                        + names + ", Signature=" + HEX.formatHex(hmac(key(day), toSign)));
    }

    private String time(Instant now) {
        Second last = second;
        if (last.epoch() != now.getEpochSecond()) {
            last = new Second(now.getEpochSecond(), TIME.format(now));
            second = last;
        }
        return last.text();
    }

    /** Blanks as they are signed. */
    private static String folded(String value) {
        return value.contains("  ") ? value.strip().replaceAll(" +", " ") : value.strip();
    }

    private SecretKeySpec key(String day) {
        DayKey known = dayKey;
        if (known == null || !known.day().equals(day)) {
            SecretKeySpec key = key(("AWS4" + credentials.secretKey().reveal()).getBytes(StandardCharsets.UTF_8));
            for (String part : new String[] {day, region, "s3", "aws4_request"}) {
                key = key(hmac(key, part));
            }
            known = new DayKey(day, key);
            dayKey = known;
        }
        return known.key();
    }

    private static SecretKeySpec key(byte[] bytes) {
        return new SecretKeySpec(bytes, "HmacSHA256");
    }

    private static byte[] hmac(SecretKeySpec key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    private static String sha256(String text) {
        try {
            return HEX.formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
