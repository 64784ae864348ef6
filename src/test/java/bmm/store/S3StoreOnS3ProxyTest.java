package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On every machine: an S3 server inside this JVM, its objects in memory. */
class S3StoreOnS3ProxyTest extends ObjectStoreContract {
    private static S3Proxy server;
    private static BlobStore objects;

    @BeforeAll
    static void start() throws Exception {
        Properties properties = new Properties();
        properties.setProperty("jclouds.identity", "");
        properties.setProperty("jclouds.credential", "");
        objects = BlobStores.create("transient", properties);
        server = S3Proxy.builder()
                .blobStore(objects)
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(
                        AuthenticationType.AWS_V4,
                        S3Servers.KEYS.accessKey().reveal(),
                        S3Servers.KEYS.secretKey().reveal())
                .stopTimeout(0)
                .build();
        server.start();
    }

    @AfterAll
    static void stop() throws Exception {
        server.stop();
        objects.close();
    }

    static URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    @Override
    ObjectStore create() {
        return S3Servers.newBucket(endpoint(), "some/prefix/");
    }

    @Test
    void unfinishedUploadsAreListedAndRemoved() {
        String bucket = store().name().substring("s3://".length()).replace("/some/prefix", "");
        try (AwsClient client = new AwsClient(S3Servers.client(endpoint()), bucket, S3Servers.QUICK)) {
            var unused = client.begin("some/prefix/a b/key", NewObject.with(Map.of(), null));
            unused = client.begin("another/prefix/key", NewObject.with(Map.of(), null));
        }
        assertThat(store().leftovers()).extracting(Leftover::key).containsExactly("a b/key");
        Leftover leftover = store().leftovers().getFirst();
        store().removeLeftover(leftover);
        store().removeLeftover(leftover);
        assertThat(store().leftovers()).isEmpty();
    }

    /**
     * The server keeps a folder marker without its content, and sorts by UTF-16 units, so that it puts emoji before
     * U+E000; bmm rightly does not trust such a listing. MinIO stands in for both.
     */
    @Override
    List<String> beyondTheServer() {
        return List.of("marker/", "marker//", "e\uD83D\uDE00", "z/\uD83D\uDE00/a");
    }
}
