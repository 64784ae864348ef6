package bmm.postgres;

import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * A checksum of the data of a table as COPY sends it, byte for byte: two checksums that the processor computes by itself, and the
 * length. It depends on the order of the rows, which is the same for all who read a table from its beginning in one snapshot, and
 * costs a hundredth of hashing every row: where the source's and the archive's are the same, so are their rows. It says nothing
 * against somebody who forges data; nor does the hash of rows.
 */
record CopyDigest(long bytes, int crc32, int crc32c) {
    /** Computes it. */
    static final class Builder {
        private static final int BUFFER = 16 * 1024;

        private final CRC32 crc32 = new CRC32();
        private final CRC32C crc32c = new CRC32C();
        private final byte[] buffer = new byte[BUFFER];
        private int length;
        private long bytes;

        /** Takes the next bytes. Short rows are put together first: to begin takes longer than a row. */
        void accept(byte[] data, int offset, int count) {
            bytes += count;
            if (count > BUFFER - length) {
                flush();
                if (count >= BUFFER) {
                    crc32.update(data, offset, count);
                    crc32c.update(data, offset, count);
                    return;
                }
            }
            System.arraycopy(data, offset, buffer, length, count);
            length += count;
        }

        private void flush() {
            crc32.update(buffer, 0, length);
            crc32c.update(buffer, 0, length);
            length = 0;
        }

        CopyDigest digest() {
            flush();
            return new CopyDigest(bytes, (int) crc32.getValue(), (int) crc32c.getValue());
        }
    }
}
