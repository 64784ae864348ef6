package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/** A certificate authority of a test's own, made with the JDK's keytool. */
final class PrivateAuthority {
    private static final char[] PASSWORD = "only-for-this-test".toCharArray();

    private final Path directory;

    /**
     * @param directory is made
     */
    PrivateAuthority(Path directory) throws Exception {
        this.directory = Files.createDirectories(directory);
        keytool("authority", "-genkeypair", "-keyalg", "EC", "-dname", "CN=authority of a test", "-ext", "bc:c");
        keytool("authority", "-exportcert", "-rfc", "-file", file().toString());
    }

    /** Its certificate in PEM. */
    Path file() {
        return directory.resolve("ca.pem");
    }

    /** A directory with a server's certificate for 127.0.0.1, and only for that, and its key, as MinIO wants them. */
    Path server() throws Exception {
        Path certificates = Files.createDirectories(directory.resolve("certificates"));
        Path request = directory.resolve("server.csr");
        Path signed = directory.resolve("server.pem");
        keytool("server", "-genkeypair", "-keyalg", "EC", "-dname", "CN=server of a test");
        keytool("server", "-certreq", "-file", request.toString());
        keytool(
                "authority",
                "-gencert",
                "-rfc",
                "-ext",
                "san=ip:127.0.0.1",
                "-infile",
                request.toString(),
                "-outfile",
                signed.toString());
        Files.copy(signed, certificates.resolve("public.crt"));
        Files.writeString(
                certificates.resolve("private.key"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder().encodeToString(key().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        return certificates;
    }

    private PrivateKey key() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(directory.resolve("keys.p12"))) {
            store.load(in, PASSWORD);
        }
        return (PrivateKey) Objects.requireNonNull(store.getKey("server", PASSWORD));
    }

    private void keytool(String alias, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-alias",
                alias,
                "-keystore",
                directory.resolve("keys.p12").toString(),
                "-storepass",
                new String(PASSWORD)));
        command.addAll(List.of(arguments));
        Path log = directory.resolve("keytool.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
    }
}
