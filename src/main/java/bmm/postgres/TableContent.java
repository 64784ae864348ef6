package bmm.postgres;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the content of one table.
 *
 * @param rows number of rows
 * @param hash sum of the hashes of all rows, 0 for an empty table; null where there is none
 * @param digest of the rows in their order; null where there is none
 */
public record TableContent(
        long rows, @Nullable BigInteger hash, @Nullable CopyDigest digest) {
    public TableContent(long rows, @Nullable BigInteger hash) {
        this(rows, hash, null);
    }

    /** Whether more than the number of rows is proven to be the same. */
    public boolean isSameAs(TableContent other) {
        return rows == other.rows
                && ((digest != null && digest.equals(other.digest)) || (hash != null && hash.equals(other.hash)));
    }

    /** Whether nothing speaks against both being the same content: what one side does not have says nothing. */
    public boolean matches(TableContent other) {
        return rows == other.rows && (isSameAs(other) || hash == null || other.hash == null);
    }
}
