package bmm.backup;

/** Words in a shell command that a person will paste. */
final class Shell {
    private Shell() {}

    /** The word as a POSIX shell reads it back. */
    static String quote(String word) {
        return word.matches("[A-Za-z0-9_./:@%+,-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /**
     * A database name after {@code -d}. The pg tools take a name with an equals sign, or one that looks like a URL, for a
     * connection string, so such a name is wrapped in one (PostgreSQL manual, "Connection Strings").
     */
    static String database(String name) {
        if (name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*")) {
            return name;
        }
        return quote("dbname='" + name.replace("\\", "\\\\").replace("'", "\\'") + "'");
    }

    /** Makes the database that a dump is restored into; from template0, as a template of the site's own may hold what the dump holds too. */
    static String create(String database) {
        return "createdb -T template0 -- " + quote(database) + " && ";
    }
}
