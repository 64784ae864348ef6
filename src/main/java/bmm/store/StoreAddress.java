package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a store is, as written in a setting. There is never a secret in an address. */
public sealed interface StoreAddress permits FolderAddress, S3Address, RsyncAddress, RcloneAddress {
    /** What can be opened, for hints. */
    String SUPPORTED = "file:///path, s3://bucket/prefix?endpoint=…&region=…&path-style=true,"
            + " minio://host:9000/bucket/prefix?tls=true, rsync:user@host:/path and rclone:remote:path";

    /** Keys begin with this; empty, or ending in {@code /}. */
    String prefix();

    /** The same place, further down. */
    StoreAddress below(String prefix);

    /**
     * Reads a store URL. What is no kind of store is taken for the name of an rclone remote: {@code r2:bucket/path}.
     * Paths and prefixes are taken literally, blanks and percent signs included.
     *
     * @throws Failure {@link ExitCode#CONFIGURATION}, without the parts of the text that could be secret
     */
    static StoreAddress parse(String text) {
        String address = text.strip();
        Matcher scheme = Pattern.compile("([A-Za-z0-9_][A-Za-z0-9+._-]*):(.*)", Pattern.DOTALL)
                .matcher(address);
        if (!scheme.matches()) {
            throw malformed("a store address", "has no kind", "use " + SUPPORTED);
        }
        String rest = scheme.group(2);
        return switch (scheme.group(1).toLowerCase(Locale.ROOT)) {
            case "file" -> FolderAddress.parse(rest);
            case "s3" -> BucketAddress.parse(rest);
            case "minio" -> MinioAddress.parse(rest);
            case "rsync" -> RsyncAddress.parse(rest);
            case "rclone" -> RcloneAddress.parse(rest);
            default -> RcloneAddress.parse(address);
        };
    }

    /** What is wrong with an address. */
    static Failure malformed(String what, String problem, Hint hint) {
        return new Failure(ExitCode.CONFIGURATION, what + " " + problem, hint);
    }

    /** What is wrong with an address. */
    static Failure malformed(String what, String problem, @CompileTimeConstant final String hint) {
        return new Failure(ExitCode.CONFIGURATION, what + " " + problem, hint);
    }

    /** A prefix, further down. */
    static String join(String prefix, String more) {
        String part = withoutSlash(more);
        return part.isEmpty() ? prefix : prefix + part + "/";
    }

    /** The text without a slash at its end. */
    static String withoutSlash(String text) {
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    /** A place and a prefix below it, as people read them. */
    static String shown(String place, String prefix) {
        return prefix.isEmpty() ? place : withoutSlash(place) + "/" + withoutSlash(prefix);
    }
}
