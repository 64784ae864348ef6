package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * The private certificate authority of a store. It stands in place of the public ones: a store that has its own is
 * never reached through another's certificate. Host names are checked as ever.
 */
final class Authority {
    private final TrustManager[] trustManagers;

    private Authority(TrustManager[] trustManagers) {
        this.trustManagers = trustManagers;
    }

    /**
     * Reads one or more certificates in PEM.
     *
     * @throws Failure {@link ExitCode#CONFIGURATION} if there are none in the file
     */
    static Authority read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new GeneralSecurityException("there is no certificate in it");
            }
            KeyStore known = KeyStore.getInstance(KeyStore.getDefaultType());
            known.load(null, null);
            for (Certificate certificate : certificates) {
                known.setCertificateEntry("authority-" + known.size(), certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(known);
            return new Authority(factory.getTrustManagers());
        } catch (IOException | GeneralSecurityException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "the certificate authority " + file + " cannot be used: " + Failure.reason(e),
                    "BMM_STORE_<NAME>_CA_FILE names a file with certificates in PEM",
                    e);
        }
    }

    TrustManager[] trustManagers() {
        return trustManagers.clone();
    }

    X509TrustManager trustManager() {
        return Arrays.stream(trustManagers)
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .findFirst()
                .orElseThrow();
    }

    SSLSocketFactory socketFactory() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trustManagers, null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }
}
