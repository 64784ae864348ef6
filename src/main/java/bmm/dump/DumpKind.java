package bmm.dump;

import bmm.base.Keys;
import bmm.base.Settings;
import bmm.base.Shell;
import bmm.catalog.BackupName;
import bmm.postgres.PgDump;
import bmm.postgres.PgTools;
import bmm.stream.Compression;
import java.util.Arrays;
import java.util.Optional;

/** The shapes in which a dump is stored, each readable with standard tools alone. */
public enum DumpKind {
    /** Custom format, compressed by pg_dump inside the archive. */
    CUSTOM(".dump", "custom", "pg_dump", Compression.NONE),
    /** Custom format, compressed as a whole by bmm: for a pg_dump that has no zstd of its own. */
    CUSTOM_ZSTD(".dump.zst", "custom", "zstd", Compression.ZSTD),
    /** SQL text, compressed as a whole. */
    PLAIN_GZIP(".sql.gz", "plain", "gzip", Compression.GZIP),
    /** Directory format, its files compressed by pg_dump, packed into one tar. */
    DIRECTORY(".dir.tar", "directory", "pg_dump", Compression.NONE);

    private final String ending;
    private final String format;
    private final String compressedBy;
    private final Compression compression;

    DumpKind(String ending, String format, String compressedBy, Compression compression) {
        this.ending = ending;
        this.format = format;
        this.compressedBy = compressedBy;
        this.compression = compression;
    }

    public static DumpKind wanted(Settings settings, PgTools tools) {
        if (settings.get(Keys.DUMP_FORMAT) == Keys.DumpFormat.PLAIN) {
            return PLAIN_GZIP;
        }
        if (settings.get(Keys.DUMP_JOBS) > 1) {
            return DIRECTORY;
        }
        return settings.get(Keys.COMPRESSION) == Keys.Codec.ZSTD && !tools.hasZstd() ? CUSTOM_ZSTD : CUSTOM;
    }

    /** The kind of a dump file, encrypted or not, by its name. */
    public static Optional<DumpKind> of(String fileName) {
        String plain = BackupName.withoutAge(fileName);
        return Arrays.stream(values())
                .filter(kind -> plain.endsWith(kind.ending))
                .findFirst();
    }

    /** With its dot, as in {@code .dump.zst}. */
    public String ending() {
        return ending;
    }

    /** As pg_dump calls it. */
    public String format() {
        return format;
    }

    /** What bmm itself compresses the whole file with. */
    public Compression compression() {
        return compression;
    }

    /** For the manifest. */
    public String compressionLabel(PgDump.Compress inside) {
        return compressedBy.equals("pg_dump") ? "pg_dump:" + Keys.lower(inside) : compressedBy;
    }

    /** A shell command that restores such a file into an existing, empty database without bmm, wherever it is then. */
    public String restoreCommand(String file, String database) {
        String into = "-d " + Shell.database(database);
        String path = Shell.file(file);
        boolean encrypted = BackupName.isEncrypted(file);
        return switch (this) {
            case CUSTOM -> encrypted ? decrypt(path) + "pg_restore " + into : "pg_restore " + into + " " + path;
            case CUSTOM_ZSTD -> read("zstd -dc", path, encrypted) + " | pg_restore " + into;
            case PLAIN_GZIP -> read("gzip -dc", path, encrypted) + " | psql -v ON_ERROR_STOP=1 " + into;
            case DIRECTORY ->
                "mkdir dump && " + (encrypted ? decrypt(path) + "tar -xf -" : "tar -xf " + path)
                        + " -C dump && pg_restore -j 4 " + into + " dump";
        };
    }

    private static String read(String decompress, String path, boolean encrypted) {
        return encrypted ? decrypt(path) + decompress : decompress + " " + path;
    }

    /** The beginning of a pipe; {@code key.txt} is what age's own manual calls the file with the identity. */
    public static String decrypt(String quotedPath) {
        return "age -d -i key.txt " + quotedPath + " | ";
    }
}
