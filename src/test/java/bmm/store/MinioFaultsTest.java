package bmm.store;

import java.net.URI;
import java.util.Optional;

/** The same faults, met through minio-java. */
class MinioFaultsTest extends S3FaultsTest {
    @Override
    S3Store open(URI endpoint) {
        return S3Store.open(
                new MinioAddress(endpoint, "bucket", ""),
                Optional.of(S3Servers.KEYS),
                Optional.empty(),
                S3Servers.QUICK);
    }
}
