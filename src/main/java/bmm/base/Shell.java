package bmm.dump;

/** Words in a shell command that a person will paste. */
public final class Shell {
    private Shell() {}

    /** The word as a POSIX shell reads it back. */
    public static String quote(String word) {
        return word.matches("[A-Za-z0-9_./:@%+,-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /**
     * A database name after {@code -d}. The pg tools take a name with an equals sign, or one that looks like a URL, for a
     * connection string, so such a name is wrapped in one (PostgreSQL manual, "Connection Strings").
     */
    public static String database(String name) {
        if (name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*")) {
            return name;
        }
        return quote("dbname='" + name.replace("\\", "\\\\").replace("'", "\\'") + "'");
    }
}
