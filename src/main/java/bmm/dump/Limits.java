package bmm.dump;

import bmm.catalog.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * How much may come out of a dump before it is taken for a bomb.
 *
 * @param unpacked bytes of the archive or of the SQL text, decrypted and decompressed
 * @param data bytes of rows and large objects in it, decompressed
 */
public record Limits(long unpacked, long data) {
    /** For what this run itself has written. */
    public static final Limits NONE = new Limits(Long.MAX_VALUE, Long.MAX_VALUE);

    /** No dump of more than a few rows was ever seen to be compressed so well. */
    private static final long HIGHEST_RATIO = 10_000;

    private static final long LEAST = 1L << 30;

    /** Beside the data, where the manifest does not say it: definitions, and what an archive has around each row. */
    private static final long OVERHEAD = 256L << 20;

    private static final long OVERHEAD_OF_TABLE = 1 << 16;
    private static final long OVERHEAD_OF_ROW = 16;

    /**
     * What a manifest announces; exactly, or in one of an earlier bmm roughly.
     *
     * @param stored bytes of the file, from which it is guessed where there is no manifest
     */
    public static Limits of(@Nullable Manifest manifest, long stored) {
        if (manifest == null) {
            long most = stored > Long.MAX_VALUE / HIGHEST_RATIO ? Long.MAX_VALUE : stored * HIGHEST_RATIO;
            return new Limits(Math.max(most, LEAST), Math.max(most, LEAST));
        }
        long data = manifest.dump().dataBytes();
        Long unpacked = manifest.dump().unpackedBytes();
        return new Limits(unpacked == null ? guess(manifest.fingerprint(), data) : unpacked, data);
    }

    /** Large objects take two characters a byte in SQL text. */
    private static long guess(Manifest.Fingerprint fingerprint, long data) {
        return OVERHEAD
                + 3 * data
                + OVERHEAD_OF_ROW * fingerprint.rows()
                + OVERHEAD_OF_TABLE * fingerprint.tables().size();
    }
}
