package bmm.store;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A bucket of a MinIO server: {@code minio://host:9000/bucket/prefix?tls=true}.
 *
 * @param endpoint {@code http} or {@code https}, host and port
 */
public record MinioAddress(URI endpoint, String bucket, String prefix) implements S3Address {
    private static final String KIND = "a minio: address";
    private static final String FORM = "minio://host:9000/bucket/prefix?tls=true";

    static MinioAddress parse(String rest) {
        Matcher parts = Pattern.compile("//([^/?]*)(?:/([^/?]*))?(?:/([^?]*))?(?:\\?(.*))?", Pattern.DOTALL)
                .matcher(rest);
        if (!parts.matches()) {
            throw StoreAddress.malformed(KIND, "is malformed", "write " + FORM);
        }
        String host = parts.group(1);
        if (host.contains("@")) {
            throw S3Address.noSecrets(KIND);
        }
        if (!host.matches("([A-Za-z0-9][A-Za-z0-9.-]*|\\[[0-9a-fA-F:.]+])(:[0-9]{1,5})?")) {
            throw StoreAddress.malformed(
                    KIND, host.isEmpty() ? "names no server" : "names no valid server", "write " + FORM);
        }
        String bucket =
                S3Address.bucketName(KIND, Optional.ofNullable(parts.group(2)).orElse(""), FORM);
        String prefix =
                StoreAddress.join("", Optional.ofNullable(parts.group(3)).orElse(""));
        AddressParameters parameters = new AddressParameters(
                StoreAddress.shown("minio://" + host + "/" + bucket, prefix),
                KIND,
                Optional.ofNullable(parts.group(4)).orElse(""),
                List.of("tls"));
        // MinIO's own port, where its servers listen unless told otherwise.
        String authority = host.matches(".*:[0-9]+") ? host : host + ":9000";
        String scheme = parameters.yesNo("tls").orElse(false) ? "https" : "http";
        return new MinioAddress(URI.create(scheme + "://" + authority), bucket, prefix);
    }

    @Override
    public Optional<URI> server() {
        return Optional.of(endpoint);
    }

    @Override
    public Optional<String> region() {
        return Optional.empty();
    }

    @Override
    public String host() {
        return endpoint.getAuthority();
    }

    @Override
    public MinioAddress below(String more) {
        return new MinioAddress(endpoint, bucket, StoreAddress.join(prefix, more));
    }

    @Override
    public String toString() {
        return StoreAddress.shown("minio://" + host() + "/" + bucket, prefix);
    }
}
