package bmm.uptime;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Lets another judge the certificates of a server, and remembers them, to say how long they last or what is wrong. */
final class CertificateWatch extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager judge;
    private final Clock clock;
    private volatile List<X509Certificate> chain = List.of();

    CertificateWatch(X509ExtendedTrustManager judge, Clock clock) {
        this.judge = judge;
        this.clock = clock;
    }

    /** When the first of them ends; null before the server has shown any. */
    @Nullable
    Instant ends() {
        return chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElse(null);
    }

    /** Why no encrypted connection came about, in words of people who renew certificates. */
    String explain(Exception e, String host) {
        Instant now = clock.instant();
        for (X509Certificate certificate : chain) {
            if (certificate.getNotAfter().toInstant().isBefore(now)) {
                return "certificate" + whose(certificate) + " expired on "
                        + day(certificate.getNotAfter().toInstant());
            }
            if (certificate.getNotBefore().toInstant().isAfter(now)) {
                return "certificate" + whose(certificate) + " is not valid before "
                        + day(certificate.getNotBefore().toInstant());
            }
        }
        String reason = Reasons.of(e);
        if (chain.isEmpty()) {
            return reason;
        }
        X509Certificate own = chain.getFirst();
        if (reason.contains("o subject alternative") || reason.contains("o name matching")) {
            return "certificate is for " + names(own) + ", not for " + host;
        }
        if (reason.contains("certification path")) {
            return own.getSubjectX500Principal().equals(own.getIssuerX500Principal())
                    ? "certificate is self-signed, so nobody vouches for it (if it is yours: ca=FILE)"
                    : "certificate comes from an unknown authority, "
                            + chain.getLast().getIssuerX500Principal().getName()
                            + " (if it is yours: ca=FILE; else an intermediate certificate may be missing)";
        }
        return reason;
    }

    private String whose(X509Certificate certificate) {
        return certificate.equals(chain.getFirst())
                ? ""
                : " of " + certificate.getSubjectX500Principal().getName();
    }

    private static String day(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC).toLocalDate().toString();
    }

    private static String names(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names != null) {
                return names.stream()
                        .map(name -> String.valueOf(name.get(1)))
                        .limit(5)
                        .collect(Collectors.joining(", "));
            }
        } catch (CertificateParsingException e) {
            return "names that cannot be read";
        }
        return certificate.getSubjectX500Principal().getName();
    }

    private void remember(X509Certificate @Nullable [] shown) {
        chain = Arrays.stream(Objects.requireNonNullElse(shown, new X509Certificate[0]))
                .toList();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type, Socket socket) throws CertificateException {
        remember(shown);
        judge.checkServerTrusted(shown, type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type, SSLEngine engine) throws CertificateException {
        remember(shown);
        judge.checkServerTrusted(shown, type, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type) throws CertificateException {
        remember(shown);
        judge.checkServerTrusted(shown, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type, Socket socket) throws CertificateException {
        judge.checkClientTrusted(shown, type, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type, SSLEngine engine) throws CertificateException {
        judge.checkClientTrusted(shown, type, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type) throws CertificateException {
        judge.checkClientTrusted(shown, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return judge.getAcceptedIssuers();
    }
}
