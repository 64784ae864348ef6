package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a store is, as written in a setting. There is never a secret in an address. */
public sealed interface StoreAddress {
    /** What this build can open, for hints. */
    String SUPPORTED = "file:///path and s3://bucket/prefix?endpoint=…&region=…&path-style=true";

    /** Keys begin with this; empty, or ending in {@code /}. */
    String prefix();

    /** The same place, further down. */
    StoreAddress below(String prefix);

    /**
     * A directory.
     *
     * @param root absolute; must exist, so that a missing mount is noticed
     */
    record Folder(Path root, String prefix) implements StoreAddress {
        @Override
        public Folder below(String more) {
            return new Folder(root, join(prefix, more));
        }

        @Override
        public String toString() {
            return "file:" + root + (prefix.isEmpty() ? "" : "/" + withoutSlash(prefix));
        }
    }

    /**
     * A bucket, or part of one.
     *
     * @param endpoint another server than AWS's
     * @param region where none is given and none is needed: us-east-1
     * @param pathStyle {@code host/bucket/key} instead of {@code bucket.host/key}
     */
    record Bucket(String bucket, String prefix, Optional<URI> endpoint, Optional<String> region, boolean pathStyle)
            implements StoreAddress {
        @Override
        public Bucket below(String more) {
            return new Bucket(bucket, join(prefix, more), endpoint, region, pathStyle);
        }

        @Override
        public String toString() {
            return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + withoutSlash(prefix));
        }
    }

    /**
     * Reads a store URL. The path of {@code file:} is taken literally, blanks and percent signs included; so is the
     * prefix of {@code s3:}.
     *
     * @throws Failure {@link ExitCode#CONFIGURATION}, without the parts of the text that could be secret
     */
    static StoreAddress parse(String text) {
        Matcher scheme = Pattern.compile("([A-Za-z][A-Za-z0-9+._-]*):(.*)", Pattern.DOTALL)
                .matcher(text.strip());
        if (!scheme.matches()) {
            throw malformed("a store address", "has no kind", "use " + SUPPORTED);
        }
        return switch (scheme.group(1).toLowerCase(Locale.ROOT)) {
            case "file" -> folder(scheme.group(2));
            case "s3" -> bucket(scheme.group(2));
            default ->
                throw malformed(
                        "a store of the kind " + scheme.group(1) + ":",
                        "is not supported by this build",
                        "supported are " + SUPPORTED);
        };
    }

    private static Folder folder(String rest) {
        String path = rest.startsWith("//localhost/") ? rest.substring("//localhost".length()) : rest;
        if (path.startsWith("//")) {
            path = path.substring(2);
        }
        if (!path.startsWith("/")) {
            throw malformed("file:" + rest, "is not an absolute path", "write it with three slashes: file:///mnt/nas");
        }
        try {
            return new Folder(Path.of(path).normalize(), "");
        } catch (InvalidPathException e) {
            throw malformed("file:" + KeyText.shown(rest), "is not a path: " + e.getReason(), "use file:///path");
        }
    }

    private static Bucket bucket(String rest) {
        Matcher parts = Pattern.compile("//([^/?]*)(?:/([^?]*))?(?:\\?(.*))?", Pattern.DOTALL)
                .matcher(rest);
        if (!parts.matches()) {
            throw malformed("an s3: address", "is malformed", "write s3://bucket/prefix?endpoint=…");
        }
        String bucket = parts.group(1);
        if (bucket.contains("@")) {
            throw noSecrets();
        }
        if (!bucket.matches("[A-Za-z0-9][A-Za-z0-9._-]+")) {
            throw malformed(
                    "an s3: address",
                    bucket.isEmpty() ? "names no bucket" : "names no valid bucket",
                    "write s3://bucket/prefix?endpoint=…");
        }
        String prefix = Optional.ofNullable(parts.group(2)).orElse("");
        Bucket address = new Bucket(bucket, join("", prefix), Optional.empty(), Optional.empty(), false);
        String query = Optional.ofNullable(parts.group(3)).orElse("");
        return withParameters(address, query);
    }

    private static Bucket withParameters(Bucket address, String query) {
        Optional<URI> endpoint = Optional.empty();
        Optional<String> region = Optional.empty();
        Optional<Boolean> pathStyle = Optional.empty();
        for (String parameter : query.split("&", -1)) {
            if (parameter.isEmpty()) {
                continue;
            }
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            String value = equals < 0 ? "" : decoded(address, parameter.substring(equals + 1));
            switch (name) {
                case "endpoint" -> endpoint = Optional.of(endpoint(address, value));
                case "region" -> region = Optional.of(region(address, value));
                case "path-style" -> pathStyle = Optional.of(yesNo(address, value));
                default -> {
                    if (name.toLowerCase(Locale.ROOT).matches(".*(key|secret|token|password|user).*")) {
                        throw noSecrets();
                    }
                    throw malformed(
                            address.toString(),
                            "has an unknown parameter",
                            "known are endpoint, region and path-style; nothing else may follow the ?");
                }
            }
        }
        return new Bucket(
                address.bucket(),
                address.prefix(),
                endpoint,
                region.or(endpoint.isPresent() ? () -> Optional.of("us-east-1") : Optional::empty),
                // Virtual-host style needs a DNS record for each bucket, which one's own server seldom has.
                pathStyle.orElse(endpoint.isPresent()));
    }

    private static String decoded(Bucket address, String value) {
        try {
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw malformed(
                    address.toString(), "has a parameter with a broken % escape", "write a percent sign as %25");
        }
    }

    private static URI endpoint(Bucket address, String value) {
        String hint = "write endpoint=https://host or endpoint=http://host:port, with nothing behind it";
        try {
            URI uri = new URI(value);
            String path = Optional.ofNullable(uri.getPath()).orElse("");
            String scheme = Optional.ofNullable(uri.getScheme()).orElse("");
            if (uri.getUserInfo() != null) {
                throw noSecrets();
            }
            if (!scheme.matches("https?")
                    || uri.getHost() == null
                    || uri.getQuery() != null
                    || !(path.isEmpty() || path.equals("/"))) {
                throw malformed(address.toString(), "has an endpoint that is not http(s)://host[:port]", hint);
            }
            return new URI(scheme, null, uri.getHost(), uri.getPort(), null, null, null);
        } catch (URISyntaxException e) {
            throw malformed(address.toString(), "has an endpoint that is no URL", hint);
        }
    }

    private static String region(Bucket address, String value) {
        if (!value.matches("[A-Za-z0-9-]+")) {
            throw malformed(address.toString(), "has a malformed region", "a region looks like eu-central-1");
        }
        return value;
    }

    private static boolean yesNo(Bucket address, String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1", "" -> true;
            case "false", "no", "off", "0" -> false;
            default -> throw malformed(address.toString(), "has a path-style that is not true or false", "use true");
        };
    }

    private static Failure noSecrets() {
        return malformed(
                "an s3: address",
                "must not hold a user, key or password",
                "set BMM_STORE_<NAME>_ACCESS_KEY and BMM_STORE_<NAME>_SECRET_KEY, or AWS_ACCESS_KEY_ID and"
                        + " AWS_SECRET_ACCESS_KEY");
    }

    private static Failure malformed(String what, String problem, String hint) {
        return new Failure(ExitCode.CONFIGURATION, what + " " + problem, hint);
    }

    private static String join(String prefix, String more) {
        String part = withoutSlash(more);
        return part.isEmpty() ? prefix : prefix + part + "/";
    }

    private static String withoutSlash(String text) {
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}
