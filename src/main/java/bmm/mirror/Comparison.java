package bmm.mirror;

import bmm.store.ObjectInfo;
import java.util.regex.Pattern;

/** Tells from two lines of listings whether the objects behind them are the same. */
final class Comparison {
    enum Result {
        SAME,
        DIFFERENT,
        /** Nothing in the listings tells. */
        UNKNOWN
    }

    private static final Pattern HASH = Pattern.compile("[0-9a-f]{32}(-[0-9]+)?");

    private Comparison() {}

    /**
     * Sizes first, then hashes where both have one of the same sort, then times: a copy is younger than its original, or,
     * in a folder, as old. What remains has to be read.
     */
    static Result of(ObjectInfo source, ObjectInfo copy) {
        if (source.size() != copy.size()) {
            return Result.DIFFERENT;
        }
        if (source.size() == 0) {
            return Result.SAME;
        }
        boolean hashes = haveHashes(source, copy);
        if (hashes && source.tag().equals(copy.tag())) {
            return Result.SAME;
        }
        boolean younger = source.modified().isAfter(copy.modified());
        if (hashes) {
            // A different hash of an older source is strange: an encrypting store shows hashes of what it encrypted.
            return younger ? Result.DIFFERENT : Result.UNKNOWN;
        }
        return younger ? Result.UNKNOWN : Result.SAME;
    }

    /** Whether both have a hash, over the whole or over as many parts. */
    static boolean haveHashes(ObjectInfo one, ObjectInfo other) {
        return HASH.matcher(one.tag()).matches()
                && HASH.matcher(other.tag()).matches()
                && parts(one.tag()).equals(parts(other.tag()));
    }

    private static String parts(String tag) {
        return tag.contains("-") ? tag.substring(tag.indexOf('-')) : "";
    }
}
