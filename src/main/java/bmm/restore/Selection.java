package bmm.restore;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.postgres.TableName;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Tables and schemas as pg_restore selects them: tables by name alone, in all schemas or in the ones that are named. */
record Selection(List<String> tables, List<String> schemas) {
    /**
     * Takes {@code schema.table} apart.
     *
     * @throws Failure {@link ExitCode#USAGE} for tables of several schemas, which pg_restore cannot tell apart
     */
    static Selection of(List<String> tables, List<String> schemas) {
        List<String> names = new ArrayList<>();
        Set<String> in = new LinkedHashSet<>();
        boolean bare = false;
        for (String table : tables) {
            int dot = table.indexOf('.');
            names.add(table.substring(dot + 1));
            if (dot > 0) {
                in.add(table.substring(0, dot));
            } else {
                bare = true;
            }
        }
        if (in.size() > 1 || (!in.isEmpty() && (bare || !schemas.isEmpty()))) {
            throw new Failure(
                    ExitCode.USAGE,
                    "--table takes tables of one schema at a time",
                    "run it once for each schema, or restore into a database of its own with --into");
        }
        return new Selection(List.copyOf(names), in.isEmpty() ? List.copyOf(schemas) : List.copyOf(in));
    }

    boolean takes(TableName name) {
        return (tables.isEmpty() || tables.contains(name.name()))
                && (schemas.isEmpty() || schemas.contains(name.schema()));
    }

    String inWords() {
        return (tables.isEmpty() ? "" : "table " + String.join(", ", tables))
                + (tables.isEmpty() || schemas.isEmpty() ? "" : " of ")
                + (schemas.isEmpty() ? "" : "schema " + String.join(", ", schemas));
    }
}
