package bmm.postgres.sql;

/**
 * A relation as a dump names it, not quoted.
 *
 * @param schema empty where the text relies on the search path, as pg_dump did before 2018
 */
public record QualifiedName(String schema, String name) {}
