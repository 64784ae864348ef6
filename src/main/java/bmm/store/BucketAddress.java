package bmm.store;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A bucket of AWS or of another server: {@code s3://bucket/prefix?endpoint=…&region=…&path-style=true}.
 *
 * @param endpoint another server than AWS's
 * @param region where none is given and none is needed: us-east-1
 * @param pathStyle {@code host/bucket/key} instead of {@code bucket.host/key}
 */
public record BucketAddress(
        String bucket, String prefix, Optional<URI> endpoint, Optional<String> region, boolean pathStyle)
        implements S3Address {
    private static final String KIND = "an s3: address";
    private static final String FORM = "s3://bucket/prefix?endpoint=…";

    static BucketAddress parse(String rest) {
        Matcher parts = Pattern.compile("//([^/?]*)(?:/([^?]*))?(?:\\?(.*))?", Pattern.DOTALL)
                .matcher(rest);
        if (!parts.matches()) {
            throw StoreAddress.malformed(KIND, "is malformed", "write " + FORM);
        }
        String bucket = S3Address.bucketName(KIND, parts.group(1), FORM);
        String prefix =
                StoreAddress.join("", Optional.ofNullable(parts.group(2)).orElse(""));
        String shown = StoreAddress.shown("s3://" + bucket, prefix);
        AddressParameters parameters = new AddressParameters(
                shown,
                KIND,
                Optional.ofNullable(parts.group(3)).orElse(""),
                List.of("endpoint", "region", "path-style"));
        Optional<URI> endpoint = parameters.find("endpoint").map(value -> endpoint(shown, value));
        Optional<String> region = parameters.find("region").map(value -> region(shown, value));
        return new BucketAddress(
                bucket,
                prefix,
                endpoint,
                region.or(endpoint.isPresent() ? () -> Optional.of("us-east-1") : Optional::empty),
                // Virtual-host style needs a DNS record for each bucket, which one's own server seldom has.
                parameters.yesNo("path-style").orElse(endpoint.isPresent()));
    }

    private static URI endpoint(String address, String value) {
        final String hint = "write endpoint=https://host or endpoint=http://host:port, with nothing behind it";
        try {
            URI uri = new URI(value);
            String path = Optional.ofNullable(uri.getPath()).orElse("");
            String scheme = Optional.ofNullable(uri.getScheme()).orElse("");
            if (uri.getUserInfo() != null) {
                throw S3Address.noSecrets(KIND);
            }
            if (!scheme.matches("https?")
                    || uri.getHost() == null
                    || uri.getQuery() != null
                    || !(path.isEmpty() || path.equals("/"))) {
                throw StoreAddress.malformed(address, "has an endpoint that is not http(s)://host[:port]", hint);
            }
            return new URI(scheme, null, uri.getHost(), uri.getPort(), null, null, null);
        } catch (URISyntaxException e) {
            throw StoreAddress.malformed(address, "has an endpoint that is no URL", hint);
        }
    }

    private static String region(String address, String value) {
        if (!value.matches("[A-Za-z0-9-]+")) {
            throw StoreAddress.malformed(address, "has a malformed region", "a region looks like eu-central-1");
        }
        return value;
    }

    @Override
    public Optional<URI> server() {
        return endpoint;
    }

    @Override
    public String host() {
        return endpoint.map(URI::getAuthority).orElse("AWS");
    }

    @Override
    public BucketAddress below(String more) {
        return new BucketAddress(bucket, StoreAddress.join(prefix, more), endpoint, region, pathStyle);
    }

    @Override
    public String toString() {
        return StoreAddress.shown("s3://" + bucket, prefix);
    }
}
