package bmm.restore;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The SQL text that pg_dumpall --globals-only wrote. */
final class Globals {
    /** Quoted names hold doubled quotes, and may hold line breaks. */
    private static final Pattern ROLE =
            Pattern.compile("^CREATE ROLE (?:\"((?:[^\"]|\"\")+)\"|([^\\s;\"]+));", Pattern.MULTILINE);

    /**
     * On the same machine the directory of a tablespace is the production server's own: a scratch server must not even
     * look at it.
     */
    private static final Pattern TABLESPACE =
            Pattern.compile("^(?:CREATE|ALTER|COMMENT ON|GRANT|REVOKE)\\b.*\\bTABLESPACE\\b.*;$", Pattern.MULTILINE);

    private final String sql;

    Globals(byte[] sql) {
        // One byte, one character: whatever the encoding, nothing changes.
        this.sql = new String(sql, StandardCharsets.ISO_8859_1);
    }

    /** Without what concerns tablespaces. */
    byte[] withoutTablespaces() {
        return TABLESPACE.matcher(sql).replaceAll("").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The roles that it makes. */
    List<String> roles() {
        List<String> roles = new ArrayList<>();
        for (Matcher matcher = ROLE.matcher(sql); matcher.find(); ) {
            String quoted = matcher.group(1);
            String name = quoted == null ? matcher.group(2) : quoted.replace("\"\"", "\"");
            roles.add(new String(String.valueOf(name).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
        }
        return roles;
    }
}
