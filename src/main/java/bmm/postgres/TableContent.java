package bmm.postgres;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the content of one table.
 *
 * @param rows number of rows
 * @param hash sum of the hashes of all rows, 0 for an empty table; null where only rows were counted
 */
public record TableContent(long rows, @Nullable BigInteger hash) {
    /** Whether nothing speaks against both being the same content: a hash that one side does not have says nothing. */
    public boolean matches(TableContent other) {
        return rows == other.rows && (hash == null || other.hash == null || hash.equals(other.hash));
    }
}
