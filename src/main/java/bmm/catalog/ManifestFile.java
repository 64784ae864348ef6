package bmm.catalog;

import bmm.catalog.SignatureCheck.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A manifest as it lies beside its dump: its bytes, and the signatures over them. The last two members of a signed one
 * are {@code signedBy}, the id of a key, and {@code signature}: Ed25519, base64, over {@link #CONTEXT} and every byte of the
 * file before the comma in front of {@code "signature"}. Just these bytes, with the closing brace behind them, are what is
 * parsed; so there is no second way to read what was signed. A manifest that was signed later has its signature in a file
 * beside it ({@link BackupName#SIGNATURE}), over {@link #DETACHED} and all bytes of the manifest.
 */
public final class ManifestFile {
    /** Bytes of the longest manifest that is read. */
    public static final int LONGEST = 64 << 20;

    /** Bytes of the longest file with a signature. */
    static final int LONGEST_SIGNATURE = 4096;

    /** What is signed begins with this, so that a signature over anything else says nothing of a manifest. */
    static final String CONTEXT = "bmm manifest 2\n";

    static final String DETACHED = "bmm manifest beside its signature 1\n";

    private static final String END = "\n}\n";
    private static final Pattern TRAILER = Pattern.compile(
            ",\n  \"signedBy\": \"([0-9a-f]{16})\"(,\n  \"signature\": \"([A-Za-z0-9+/]{86}==)\"\n}\n)\\z");
    private static final int LONGEST_TRAILER = 200;
    private static final Pattern BESIDE = Pattern.compile(
            "\\{\\s*\"format\": \"bmm-signature-1\",\\s*\"signedBy\": \"([0-9a-f]{16})\",\\s*\"signature\": \"([A-Za-z0-9+/]{86}==)\"\\s*}\\s*");

    /** @param isBeside whether it is in a file of its own */
    private record Signed(String keyId, String signature, boolean isBeside) {}

    private final byte[] bytes;
    private final byte @Nullable [] beside;
    private final byte[] body;
    private final byte[] json;
    private final List<Signed> signatures = new ArrayList<>();

    private ManifestFile(byte[] bytes, byte @Nullable [] beside) {
        this.bytes = bytes;
        this.beside = beside;
        int tail = Math.max(0, bytes.length - LONGEST_TRAILER);
        Matcher trailer = TRAILER.matcher(new String(bytes, tail, bytes.length - tail, StandardCharsets.ISO_8859_1));
        if (trailer.find()) {
            body = Arrays.copyOf(bytes, tail + trailer.start(2));
            json = joined(body, END);
            signatures.add(new Signed(trailer.group(1), trailer.group(3), false));
        } else {
            body = bytes;
            json = bytes;
        }
        if (beside != null) {
            Matcher matcher = BESIDE.matcher(new String(beside, StandardCharsets.ISO_8859_1));
            if (matcher.matches()) {
                signatures.add(new Signed(matcher.group(1), matcher.group(2), true));
            }
        }
    }

    /**
     * Takes what was stored; nothing of it is believed or parsed yet.
     *
     * @param beside the file with its signature, or null where there is none
     */
    public static ManifestFile of(byte[] bytes, byte @Nullable [] beside) {
        return new ManifestFile(bytes, beside);
    }

    /**
     * A new manifest, signed.
     *
     * @throws IOException if it is larger than what can be read again
     */
    public static ManifestFile signed(StoredManifest manifest, SigningKey key) throws IOException {
        byte[] plain = manifest.toJson();
        byte[] open = Arrays.copyOf(plain, plain.length - END.length());
        byte[] body = joined(open, ",\n  \"signedBy\": \"" + key.verifyKey().id() + "\"");
        String signature = Ed25519.sign(joined(CONTEXT, body), key.key());
        byte[] whole = joined(body, ",\n  \"signature\": \"" + signature + "\"" + END);
        if (whole.length > LONGEST) {
            throw new IOException("its manifest has more than " + LONGEST + " bytes: too many tables");
        }
        return new ManifestFile(whole, null);
    }

    /** The file that goes beside this manifest to sign it as it is. */
    public byte[] signatureBy(SigningKey key) {
        return ("{\n  \"format\": \"bmm-signature-1\",\n  \"signedBy\": \""
                        + key.verifyKey().id() + "\",\n  \"signature\": \""
                        + Ed25519.sign(joined(DETACHED, bytes), key.key()) + "\"" + END)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Its bytes, as they are stored. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The file with its signature, where it is not in the manifest itself. */
    public Optional<byte[]> beside() {
        return Optional.ofNullable(beside).map(byte[]::clone);
    }

    /** Whether one of these keys signed all of it. */
    public SignatureCheck check(List<VerifyKey> keys) {
        SignatureCheck best = SignatureCheck.UNSIGNED;
        for (Signed one : signatures) {
            Optional<VerifyKey> key = keys.stream()
                    .filter(known -> known.id().equals(one.keyId()))
                    .findFirst();
            if (key.isPresent()
                    && Ed25519.verify(message(one), one.signature(), key.get().key())) {
                return new SignatureCheck(Outcome.VALID, one.keyId());
            }
            if (best.outcome() != Outcome.WRONG) {
                best = new SignatureCheck(key.isPresent() ? Outcome.WRONG : Outcome.OTHER_KEY, one.keyId());
            }
        }
        return best;
    }

    private byte[] message(Signed one) {
        return one.isBeside() ? joined(DETACHED, bytes) : joined(CONTEXT, body);
    }

    /**
     * What it says; whether that is to be believed, {@link #check} tells.
     *
     * @throws IOException if it is no manifest, or says something impossible
     */
    public StoredManifest content() throws IOException {
        return StoredManifest.parse(json);
    }

    private static byte[] joined(String head, byte[] rest) {
        return joined(head.getBytes(StandardCharsets.UTF_8), rest);
    }

    private static byte[] joined(byte[] head, String rest) {
        return joined(head, rest.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] joined(byte[] head, byte[] rest) {
        ByteArrayOutputStream both = new ByteArrayOutputStream(head.length + rest.length);
        both.writeBytes(head);
        both.writeBytes(rest);
        return both.toByteArray();
    }
}
