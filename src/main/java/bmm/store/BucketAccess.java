package bmm.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A bucket and the keys to it, for questions that {@link ObjectStore} has no words for. They go through the AWS SDK for
 * {@code minio:} addresses too: it is the store that is asked, not the library.
 *
 * @param given the address as it was written, for messages and as the name
 */
record BucketAccess(S3Address given, BucketAddress address, Optional<S3Credentials> credentials, Optional<Path> ca) {
    static BucketAccess of(S3Address given, Optional<S3Credentials> credentials, Optional<Path> ca) {
        BucketAddress bucket = switch (given) {
            case BucketAddress same -> same;
            case MinioAddress minio ->
                new BucketAddress(
                        minio.bucket(), minio.prefix(), Optional.of(minio.endpoint()), Optional.of("us-east-1"), true);
        };
        return new BucketAccess(given, bucket, credentials, ca);
    }

    S3Client open(S3Tuning tuning) {
        return S3Connection.open(address, credentials, ca, tuning);
    }

    /** With somebody who sees the answers as they come. */
    S3Client open(ExecutionInterceptor witness) {
        return S3Connection.open(address, credentials, ca, S3Tuning.DEFAULT, List.of(witness));
    }

    /** With {@code host/bucket} where it is {@code bucket.host}, and the other way round. */
    BucketAccess inOtherStyle() {
        return new BucketAccess(
                given,
                new BucketAddress(
                        address.bucket(), address.prefix(), address.endpoint(), address.region(), !address.pathStyle()),
                credentials,
                ca);
    }
}
