package bmm.store;

import bmm.base.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.services.s3.S3Client;

/** What the tests against S3 servers have in common. */
final class S3Servers {
    static final S3Credentials KEYS = new S3Credentials(new Secret("key-of-test"), new Secret("secret-key-of-test"));

    /** Small parts and short pauses. */
    static final S3Tuning QUICK =
            new S3Tuning(ObjectStoreContract.PART, 4, Duration.ofMillis(20), Duration.ofSeconds(20));

    private S3Servers() {}

    static BucketAddress bucket(URI endpoint, String bucket, String prefix) {
        return new BucketAddress(bucket, prefix, Optional.of(endpoint), Optional.of("us-east-1"), true);
    }

    static S3Store store(BucketAddress address) {
        return S3Store.open(address, Optional.of(KEYS), Optional.empty(), QUICK);
    }

    static S3Client client(URI endpoint) {
        return S3Connection.open(bucket(endpoint, "any", ""), Optional.of(KEYS), Optional.empty(), QUICK);
    }

    /** A store over a new bucket, rooted below a prefix or not. */
    static S3Store newBucket(URI endpoint, String prefix) {
        String name = "bucket-" + UUID.randomUUID();
        try (S3Client client = client(endpoint)) {
            var unused = client.createBucket(request -> request.bucket(name));
        }
        return store(bucket(endpoint, name, prefix));
    }
}
