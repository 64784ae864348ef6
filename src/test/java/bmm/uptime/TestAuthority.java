package bmm.uptime;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A certificate authority of a test, made with the JDK's own keytool. */
public final class TestAuthority {
    private static final String PASSWORD = "changeit";
    private static final String SELF = "authority";

    private final Path directory;

    public TestAuthority(Path directory) throws Exception {
        this.directory = directory;
        keytool(SELF, "-dname", "CN=bmm test authority", "-ext", "bc:c", "-validity", "3650");
        String encoded = Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(keys().getCertificate(SELF).getEncoded());
        Files.writeString(file(), "-----BEGIN CERTIFICATE-----\n" + encoded + "\n-----END CERTIFICATE-----\n");
    }

    /** Its own certificate, PEM. */
    Path file() {
        return directory.resolve("authority.pem");
    }

    /** A server that shows a certificate of this authority; options as for {@code keytool -genkeypair}. */
    public SSLContext signed(String name, String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of("-dname", "CN=" + name, "-signer", SELF));
        words.addAll(List.of(options));
        keytool(name, words.toArray(String[]::new));
        return contextOf(name);
    }

    /** A server whose certificate only it signed itself. */
    SSLContext selfSigned(String name) throws Exception {
        keytool(name, "-dname", "CN=" + name, "-ext", "san=dns:localhost");
        return contextOf(name);
    }

    private SSLContext contextOf(String name) throws Exception {
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry(
                name,
                keys().getKey(name, PASSWORD.toCharArray()),
                PASSWORD.toCharArray(),
                keys().getCertificateChain(name));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(own, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    /** What a JVM is told to trust this authority: for {@code javax.net.ssl.trustStore}. */
    public Path trustStore() throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(SELF, keys().getCertificate(SELF));
        Path file = directory.resolve("trusted.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            trusted.store(out, PASSWORD.toCharArray());
        }
        return file;
    }

    private Path store() {
        return directory.resolve("keys.p12");
    }

    private KeyStore keys() throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store())) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    private void keytool(String alias, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-J-XX:+UseSerialGC",
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                alias,
                "-keystore",
                store().toString(),
                "-storepass",
                PASSWORD));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
            throw new IllegalStateException(command + ": " + output);
        }
    }
}
