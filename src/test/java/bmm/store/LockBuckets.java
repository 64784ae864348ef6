package bmm.store;

import java.nio.file.Path;
import java.util.List;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A real MinIO server with buckets that have object lock, and one that has not; and an attacker with its root keys. */
public final class LockBuckets {
    public static final String LOCKING = "locking";
    public static final String PLAIN = "plain";

    private final MinioServer server;
    private final S3Client client;

    private LockBuckets(MinioServer server) {
        this.server = server;
        this.client = S3Servers.client(server.endpoint());
        var unused = client.createBucket(request -> request.bucket(LOCKING).objectLockEnabledForBucket(true));
        unused = client.createBucket(request -> request.bucket(PLAIN));
    }

    public static LockBuckets start(Path data) throws Exception {
        return new LockBuckets(MinioServer.start(data));
    }

    S3Store store(String bucket) {
        return S3Servers.store(S3Servers.bucket(server.endpoint(), bucket, ""));
    }

    /** As in a setting. */
    public String url(String bucket) {
        return "s3://" + bucket + "?endpoint=" + server.endpoint() + "&region=us-east-1&path-style=true";
    }

    public static String accessKey() {
        return S3Servers.KEYS.accessKey().reveal();
    }

    public static String secretKey() {
        return S3Servers.KEYS.secretKey().reveal();
    }

    /** The keys of all versions of all objects. */
    public List<String> versions(String bucket) {
        return client.listObjectVersions(request -> request.bucket(bucket)).versions().stream()
                .map(ObjectVersion::key)
                .toList();
    }

    /** Tries to remove every version of every object; returns how many of these attempts were refused. */
    public int tryToDestroy(String bucket) {
        int refused = 0;
        for (ObjectVersion version :
                client.listObjectVersions(request -> request.bucket(bucket)).versions()) {
            try {
                var unused = client.deleteObject(
                        request -> request.bucket(bucket).key(version.key()).versionId(version.versionId()));
            } catch (S3Exception e) {
                refused++;
            }
        }
        return refused;
    }

    /** Removes the manifests of backups that are not locked, as if their runs had been cut off; returns how many. */
    public int withdrawManifests(String bucket) {
        int withdrawn = 0;
        for (ObjectVersion version :
                client.listObjectVersions(request -> request.bucket(bucket)).versions()) {
            boolean locked = client.headObject(request ->
                                    request.bucket(bucket).key(version.key()).versionId(version.versionId()))
                            .objectLockMode()
                    != null;
            if (!locked && version.key().endsWith(".manifest.json")) {
                var unused = client.deleteObject(
                        request -> request.bucket(bucket).key(version.key()).versionId(version.versionId()));
                withdrawn++;
            }
        }
        return withdrawn;
    }

    public void close() throws InterruptedException {
        client.close();
        server.close();
    }
}
