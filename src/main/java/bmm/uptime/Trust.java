package bmm.uptime;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Whom a probe takes certificates from. Read at the first https request: it costs more than all the rest of a tick. */
final class Trust {
    private final @Nullable Path authority;
    private final Clock clock;
    private @Nullable X509ExtendedTrustManager judge;

    /**
     * Nothing is read yet.
     *
     * @param authority file with certificates (PEM) to trust in place of the system's; null: the system's
     */
    Trust(@Nullable Path authority, Clock clock) {
        this.authority = authority;
        this.clock = clock;
    }

    /** Has one https connection judged by it, and what the server shows remembered. */
    CertificateWatch watch(URLConnection connection) throws IOException {
        try {
            CertificateWatch watch = new CertificateWatch(judge(), clock);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {watch}, null);
            ((HttpsURLConnection) connection).setSSLSocketFactory(context.getSocketFactory());
            return watch;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot check certificates: " + e.getMessage(), e);
        }
    }

    private synchronized X509ExtendedTrustManager judge() throws IOException, GeneralSecurityException {
        X509ExtendedTrustManager found = judge;
        if (found == null) {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(authority == null ? null : read(authority));
            found = (X509ExtendedTrustManager) factory.getTrustManagers()[0];
            judge = found;
        }
        return found;
    }

    private static KeyStore read(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(file)) {
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("authority-" + store.size(), certificate);
            }
        }
        if (store.size() == 0) {
            throw new IOException(file + ": no certificate in it");
        }
        return store;
    }
}
