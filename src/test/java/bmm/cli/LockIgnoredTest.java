package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store that takes the order to lock and does nothing. */
@Timeout(120)
final class LockIgnoredTest {
    @TempDir
    Path directory;

    @Test
    void aLockThatIsNotThereCountsAsNotSent() throws Exception {
        Properties properties = new Properties();
        properties.setProperty("jclouds.identity", "");
        properties.setProperty("jclouds.credential", "");
        try (BlobStore objects = BlobStores.create("transient", properties)) {
            objects.createContainer("bucket");
            S3Proxy server = S3Proxy.builder()
                    .blobStore(objects)
                    .endpoint(URI.create("http://127.0.0.1:0"))
                    .awsAuthentication(AuthenticationType.AWS_V4, "key-of-test", "secret-key-of-test")
                    .ignoreUnknownHeaders(true)
                    .stopTimeout(0)
                    .build();
            server.start();
            try {
                backsUpTo("http://127.0.0.1:" + server.getPort());
                assertThat(objects.containerExists("bucket")).isTrue();
            } finally {
                server.stop();
            }
        }
    }

    private void backsUpTo(String endpoint) {
        Scene scene = new Scene(directory);
        scene.now = Instant.now();
        scene.server.createDatabase("prey");
        scene.set("BMM_STORE_OFFSITE", "s3://bucket?endpoint=" + endpoint + "&region=us-east-1&path-style=true")
                .set("BMM_STORE_OFFSITE_ACCESS_KEY", "key-of-test")
                .set("BMM_STORE_OFFSITE_SECRET_KEY", "secret-key-of-test")
                .set("BMM_BACKUP_REMOTE", "OFFSITE/p")
                .set("BMM_REMOTE_LOCK_DAYS", "2");

        scene.backup("prey").failed(3, "and is not locked", "does not carry it out");
        scene.run("verify", "--from", "OFFSITE/p").failed(4, "no manifest beside it", "cut off");
    }
}
