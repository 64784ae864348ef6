package bmm.store;

import java.net.URI;
import java.util.List;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

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

    /**
     * The server keeps a folder marker without its content, and sorts by UTF-16 units, so that it puts emoji before
     * U+E000; bmm rightly does not trust such a listing. MinIO stands in for both.
     */
    @Override
    List<String> beyondTheServer() {
        return List.of("marker/", "marker//", "e\uD83D\uDE00", "z/\uD83D\uDE00/a");
    }
}
