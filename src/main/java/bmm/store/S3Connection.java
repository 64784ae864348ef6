package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/** Makes the SDK's client in the one way that S3-compatible servers understand too. */
final class S3Connection {
    private S3Connection() {}

    static S3Client open(
            BucketAddress address, Optional<S3Credentials> credentials, Optional<Path> ca, S3Tuning tuning) {
        return open(address, credentials, ca, tuning, List.of());
    }

    static S3Client open(
            BucketAddress address,
            Optional<S3Credentials> credentials,
            Optional<Path> ca,
            S3Tuning tuning,
            List<ExecutionInterceptor> witnesses) {
        Apache5HttpClient.Builder http = Apache5HttpClient.builder()
                .connectionTimeout(Duration.ofSeconds(10))
                .socketTimeout(tuning.silence());
        ca.map(Authority::read).ifPresent(authority -> http.tlsTrustManagersProvider(authority::trustManagers));
        S3ClientBuilder builder = S3Client.builder()
                .credentialsProvider(provider(credentials))
                .httpClientBuilder(http)
                .forcePathStyle(address.pathStyle())
                // Since 2.30 the SDK adds CRC32 trailers that other stores refuse, and over plain http it would still
                // send aws-chunked bodies. Without them http bodies are signed whole, so the server checks them.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(
                        S3Configuration.builder().chunkedEncodingEnabled(false).build())
                // Attempts are counted in one place, Attempts; the SDK's own would multiply them.
                .overrideConfiguration(config -> {
                    config.retryStrategy(DefaultRetryStrategy.doNotRetry());
                    witnesses.forEach(config::addExecutionInterceptor);
                });
        address.endpoint().ifPresent(builder::endpointOverride);
        address.region().ifPresent(region -> builder.region(Region.of(region)));
        try {
            return builder.build();
        } catch (SdkClientException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    address + ": cannot be opened: " + Failure.reason(e),
                    "name a region (?region=eu-central-1) or an endpoint (?endpoint=https://host) in the address",
                    e);
        }
    }

    private static AwsCredentialsProvider provider(Optional<S3Credentials> credentials) {
        return credentials
                .<AwsCredentialsProvider>map(keys -> StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        keys.accessKey().reveal(), keys.secretKey().reveal())))
                .orElseGet(() -> DefaultCredentialsProvider.builder().build());
    }
}
