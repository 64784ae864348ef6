package bmm.mirror;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The part of a destination that is bmm's own, {@code .bmm/}: never compared, never taken for a copy. */
final class Reserved {
    static final String ALL = ".bmm/";

    /** New versions of objects whose first version stays in place: {@code .bmm/changed/<UTC>/key}. */
    static final String CHANGED = ALL + "changed/";

    /** Old versions of objects that were replaced or deleted, for as long as a snapshot names them. */
    static final String REPLACED = ALL + "replaced/";

    static final String SNAPSHOTS = ALL + "snapshots/";

    /** Where it is tried out whether the store refuses to replace. */
    static final String TRIAL = ALL + "trial";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern REPLACED_KEY =
            Pattern.compile(Pattern.quote(REPLACED) + "([^/]+)/(.*)", Pattern.DOTALL);

    private Reserved() {}

    static boolean is(String key) {
        return key.startsWith(ALL);
    }

    /** {@code 20261121T031500.000Z} */
    static String time(Instant time) {
        return TIME.format(time);
    }

    /** The moment that a name begins with; none if it is no such name. */
    static Optional<Instant> parse(String name) {
        try {
            return Optional.of(TIME.parse(name, Instant::from));
        } catch (java.time.DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Named after the version itself, so that it is kept one time, however often a run meets it. */
    static String changed(Instant modified, String key) {
        return CHANGED + time(modified) + "/" + key;
    }

    static String replaced(Instant when, String key) {
        return REPLACED + time(when) + "/" + key;
    }

    /** What a replaced object was, and until when. */
    record Replaced(Instant when, String key) {
        static Optional<Replaced> of(String reservedKey) {
            Matcher parts = REPLACED_KEY.matcher(reservedKey);
            return parts.matches()
                    ? parse(parts.group(1)).map(when -> new Replaced(when, parts.group(2)))
                    : Optional.empty();
        }
    }
}
