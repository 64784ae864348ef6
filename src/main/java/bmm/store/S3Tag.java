package bmm.store;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** S3's entity tags: {@code "<md5>"} of an object that came in one piece, {@code "<hash>-<parts>"} of one in parts. */
final class S3Tag {
    private S3Tag() {}

    /** Without the quotes, which not every server writes. */
    static String bare(@Nullable String tag) {
        return tag == null ? "" : tag.replace("\"", "");
    }

    /** How many parts the object came in; 1 where the tag does not say. */
    static int parts(String bare) {
        int hyphen = bare.lastIndexOf('-');
        String count = hyphen < 0 ? "" : bare.substring(hyphen + 1);
        return count.matches("[0-9]{1,5}") ? Math.max(1, Integer.parseInt(count)) : 1;
    }

    /** The tag that an object has of parts with these tags, which are their MD5s; empty if they are no such. */
    static String ofParts(List<String> tags) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            for (String tag : tags) {
                digest.update(HexFormat.of().parseHex(bare(tag)));
            }
            return HexFormat.of().formatHex(digest.digest()) + "-" + tags.size();
        } catch (IllegalArgumentException e) {
            return "";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }
}
