package bmm.store;

import bmm.base.Failure;
import bmm.base.Hint;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.net.URI;
import java.util.Optional;

/** A bucket, or part of one, on a server that speaks S3. */
public sealed interface S3Address extends StoreAddress permits BucketAddress, MinioAddress {
    String bucket();

    /** The server, as people know it. */
    String host();

    /** Another server than AWS's. */
    Optional<URI> server();

    Optional<String> region();

    /** Whether objects can go from one to the other inside of it. */
    default boolean isSameServer(S3Address other) {
        return server().equals(other.server()) && region().equals(other.region());
    }

    @Override
    S3Address below(String prefix);

    /** The name of a bucket, checked. */
    static String bucketName(String kind, String bucket, @CompileTimeConstant final String form) {
        if (bucket.contains("@")) {
            throw noSecrets(kind);
        }
        if (!bucket.matches("[A-Za-z0-9][A-Za-z0-9._-]+")) {
            throw StoreAddress.malformed(
                    kind,
                    bucket.isEmpty() ? "names no bucket" : "names no valid bucket",
                    Hint.of("write ").and(form));
        }
        return bucket;
    }

    /** Something in an address looks like a secret. */
    static Failure noSecrets(String kind) {
        return StoreAddress.malformed(
                kind,
                "must not hold a user, key or password",
                "set BMM_STORE_<NAME>_ACCESS_KEY and BMM_STORE_<NAME>_SECRET_KEY, or AWS_ACCESS_KEY_ID and"
                        + " AWS_SECRET_ACCESS_KEY");
    }
}
