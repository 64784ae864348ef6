package bmm.postgres;

import bmm.base.Hint;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Which package of Debian and of apt.postgresql.org holds an extension. */
public final class ExtensionPackage {
    /** How servers of all versions say that they do not have one; the first group is its name. */
    static final Pattern MISSING = Pattern.compile(
            "extension \"([^\"]+)\" is not available|could not open extension control file \"[^\"]*/([^\"/]+)\\.control\"");

    /** What belongs to PostgreSQL itself ("contrib") lies in the server's own package on Debian. */
    private static final Set<String> OWN = Set.of(
            "amcheck",
            "autoinc",
            "bloom",
            "btree_gin",
            "btree_gist",
            "citext",
            "cube",
            "dblink",
            "dict_int",
            "dict_xsyn",
            "earthdistance",
            "file_fdw",
            "fuzzystrmatch",
            "hstore",
            "insert_username",
            "intagg",
            "intarray",
            "isn",
            "lo",
            "ltree",
            "moddatetime",
            "pageinspect",
            "pg_buffercache",
            "pg_freespacemap",
            "pg_prewarm",
            "pg_stat_statements",
            "pg_surgery",
            "pg_trgm",
            "pg_visibility",
            "pg_walinspect",
            "pgcrypto",
            "pgrowlocks",
            "pgstattuple",
            "postgres_fdw",
            "refint",
            "seg",
            "sslinfo",
            "tablefunc",
            "tcn",
            "tsm_system_rows",
            "tsm_system_time",
            "unaccent",
            "uuid-ossp",
            "xml2");

    private static final Map<String, String> ODD = Map.of(
            "postgis", "postgresql-%d-postgis-3",
            "postgis_topology", "postgresql-%d-postgis-3",
            "postgis_raster", "postgresql-%d-postgis-3",
            "vector", "postgresql-%d-pgvector",
            "timescaledb", "timescaledb-2-postgresql-%d",
            "plpython3u", "postgresql-plpython3-%d",
            "plperl", "postgresql-plperl-%d",
            "plperlu", "postgresql-plperl-%d",
            "pltcl", "postgresql-pltcl-%d");

    /** What packages are named after. PostgreSQL itself forbids less: no slashes, no two hyphens in a row. */
    private static final Pattern USUAL = Pattern.compile("[a-z][a-z0-9_-]{0,62}");

    private ExtensionPackage() {}

    /**
     * What to do about an extension that a server of that major version lacks. Its name may come from a manifest or out of
     * an archive: only a usual one stands in the command.
     */
    public static Hint hint(String extension, int major) {
        Hint install = Hint.of("install it where the server is: apt-get install ");
        if (OWN.contains(extension)) {
            return install.name("postgresql-" + major).and(" (elsewhere it is in postgresql-contrib)");
        }
        if (!USUAL.matcher(extension).matches()) {
            return Hint.of("install it where the server is, as its makers say");
        }
        String made = ODD.getOrDefault(
                extension, "postgresql-%d-" + extension.replaceFirst("^pg_", "").replace('_', '-'));
        return install.name(made.replace("%d", String.valueOf(major))).and(" (or as its makers say)");
    }
}
