package bmm.catalog;

import bmm.base.SafeText;
import com.google.gson.FormattingStyle;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The record beside a dump: what it is, its hash, its fingerprint, how far it was verified, how to restore it. Written
 * last, so that a backup exists if and only if its manifest does. Times are ISO 8601 in UTC, sizes bytes, hashes
 * lower-case hex, content hashes decimal numbers as text (they are larger than what JSON readers hold exactly).
 *
 * @param format always {@link #FORMAT} in this version
 * @param tool the bmm that wrote it
 * @param snapshotAt the moment whose data the dump holds
 * @param verified the checks that this backup passed before it was published: {@code hash} of the bytes on disk,
 *     {@code decrypted} (they were read back through decryption), the whole {@code archive} decoded, {@code tables},
 *     {@code rows}, {@code content} and {@code sequences} as in the source, a sane {@code size}; {@code encrypted}: the
 *     file was encrypted after the checks before it in this list, and only its hash was compared since
 * @param restore a shell command that restores the dump without bmm
 */
public record Manifest(
        String format,
        String tool,
        String instance,
        String startedAt,
        String snapshotAt,
        String finishedAt,
        Database database,
        Dump dump,
        @Nullable StoredFile globals,
        Fingerprint fingerprint,
        List<String> verified,
        String restore)
        implements StoredManifest {
    public static final String FORMAT = "bmm-manifest-2";

    /** Without signatures and {@code unpackedBytes}; still read. */
    static final String OLD_FORMAT = "bmm-manifest-1";

    static final Gson GSON = new GsonBuilder()
            .setStrictness(Strictness.STRICT)
            .setFormattingStyle(FormattingStyle.PRETTY)
            .disableHtmlEscaping()
            .registerTypeAdapter(BigInteger.class, new DecimalText().nullSafe())
            .create();

    /** JSON readers keep numbers as doubles; sums of hashes are longer. */
    private static final class DecimalText extends TypeAdapter<BigInteger> {
        private static final int LONGEST_NUMBER = 60;

        @Override
        public void write(JsonWriter out, BigInteger value) throws IOException {
            out.value(value.toString());
        }

        @Override
        public BigInteger read(JsonReader in) throws IOException {
            String text = in.nextString();
            // The time that reading one takes grows with the square of its length.
            if (text.length() > LONGEST_NUMBER) {
                throw new JsonParseException("not a content hash: " + text.length() + " digits");
            }
            try {
                return new BigInteger(text);
            } catch (NumberFormatException e) {
                throw new JsonParseException("not a content hash", e);
            }
        }
    }

    /** The database that was dumped, and what a new one needs to hold the same data. */
    public record Database(
            String name,
            String owner,
            String serverVersion,
            int serverMajor,
            long sizeBytes,
            String encoding,
            String collate,
            String ctype,
            String lcMonetary,
            Map<String, String> extensions) {}

    /**
     * The dump file.
     *
     * @param kind {@code custom}, {@code directory} (in a tar) or {@code plain}
     * @param compression {@code zstd}, {@code gzip}, or {@code pg_dump:zstd}, {@code pg_dump:gzip} where pg_dump
     *     compressed inside the archive
     * @param encryption {@code age}, or null where the file is not encrypted
     * @param dataBytes table data and large objects, decompressed
     * @param unpackedBytes what pg_dump wrote: the length of the file when it is decrypted and decompressed; null in
     *     manifests of old
     */
    public record Dump(
            String file,
            long bytes,
            String sha256,
            String kind,
            String compression,
            @Nullable String encryption,
            long dataBytes,
            @Nullable Long unpackedBytes,
            String pgDump) {
        /** Its bytes as they are stored. */
        public StoredFile stored() {
            return new StoredFile(file, bytes, sha256);
        }
    }

    /** Another file of the backup. */
    public record StoredFile(String file, long bytes, String sha256) {}

    /**
     * The content, table by table.
     *
     * @param hash the algorithm, or null where rows were only counted
     * @param inArchive whether the hashes can be computed from the dump itself, too
     */
    public record Fingerprint(
            @Nullable String hash,
            boolean inArchive,
            List<Table> tables,
            List<Sequence> sequences,
            LargeObjects largeObjects) {
        /** Number of rows in all tables. */
        public long rows() {
            return tables.stream().mapToLong(Table::rows).sum();
        }
    }

    /**
     * One table: rows, and the sum of its row hashes.
     *
     * @param columns how each column is hashed, as {@code bmm.postgres.ColumnPlan} writes it; null where none is
     */
    public record Table(
            String schema,
            String name,
            long rows,
            @Nullable BigInteger hash,
            @Nullable String columns) {}

    /** One sequence, as the dump sets it. */
    public record Sequence(String schema, String name, long lastValue, boolean called) {}

    /** All large objects together. */
    public record LargeObjects(long count, @Nullable BigInteger hash) {}

    @Override
    public StoredFile dumpFile() {
        return dump.stored();
    }

    /** The manifest of the same backup after its files were encrypted. */
    public Manifest encryptedAs(StoredFile encryptedDump, @Nullable StoredFile encryptedGlobals, String restoreIt) {
        return new Manifest(
                format,
                tool,
                instance,
                startedAt,
                snapshotAt,
                finishedAt,
                database,
                new Dump(
                        encryptedDump.file(),
                        encryptedDump.bytes(),
                        encryptedDump.sha256(),
                        dump.kind(),
                        dump.compression(),
                        "age",
                        dump.dataBytes(),
                        dump.unpackedBytes(),
                        dump.pgDump()),
                encryptedGlobals,
                fingerprint,
                Stream.concat(verified.stream(), Stream.of("encrypted")).toList(),
                restoreIt);
    }

    /** When the backup was begun. */
    public Instant started() {
        return Instant.parse(startedAt);
    }

    @Override
    public boolean isEncrypted() {
        return dump.encryption() != null;
    }

    @Override
    public byte[] toJson() {
        return (SafeText.json(GSON.toJson(this)) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads a manifest that is not sealed.
     *
     * @throws IOException if it is none, one of another version, or says something impossible
     */
    public static Manifest parse(byte[] json) throws IOException {
        Manifest manifest;
        try {
            manifest = BoundedJson.read(json, GSON, Manifest.class);
        } catch (IOException e) {
            throw new IOException("not a manifest: " + e.getMessage(), e);
        }
        if (manifest == null || !(FORMAT.equals(manifest.format) || OLD_FORMAT.equals(manifest.format))) {
            throw new IOException("not a manifest of this version (" + FORMAT + " or " + SealedManifest.FORMAT + ")");
        }
        ManifestCheck.check(manifest);
        return manifest;
    }
}
