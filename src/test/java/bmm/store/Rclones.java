package bmm.store;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** What the tests with a real rclone have in common. */
public final class Rclones {
    private Rclones() {}

    /** Skips the test where there is none. */
    public static void assumeThere() throws Exception {
        boolean there;
        try {
            Process version = new ProcessBuilder("rclone", "version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            there = version.waitFor(60, TimeUnit.SECONDS) && version.exitValue() == 0;
        } catch (IOException e) {
            there = false;
        }
        Assumptions.assumeTrue(there, "no rclone here");
    }

    /** A configuration with a remote {@code disk:} that begins at a directory. */
    public static Path disk(Path file, Path root) throws IOException {
        return Files.writeString(file, "[disk]\ntype = alias\nremote = " + root + "\n");
    }

    /** A configuration with a remote {@code minio:}. */
    static Path minio(Path file, URI endpoint) throws IOException {
        return Files.writeString(file, """
                [minio]
                type = s3
                provider = Minio
                access_key_id = %s
                secret_access_key = %s
                endpoint = %s
                """.formatted(
                S3Servers.KEYS.accessKey().reveal(), S3Servers.KEYS.secretKey().reveal(), endpoint));
    }
}
