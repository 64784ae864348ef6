package bmm.restore;

import bmm.base.Amounts;

/**
 * A restored database that is as its manifest says; one that is not never gets its name.
 *
 * @param content whether rows were hashed, and not only counted
 */
public record Compared(int tables, long rows, boolean content) {
    /** For people. */
    public String inWords() {
        return Amounts.count(tables, "table") + ", " + Amounts.count(rows, "row")
                + (content ? " = backup" : " counted = backup");
    }
}
