package bmm.catalog;

import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Manifests as a backup writes them, for tests. */
public final class GenuineManifest {
    private static final String HASH = "52ffbe960420d4a5dba53756a93ad2db0c2c18d1e56ffdc4dd8e1b69f1b46509";

    private GenuineManifest() {}

    /** One with everything that a manifest may hold. */
    public static Manifest of(String database, String when) {
        BackupName name = new BackupName(database, Instant.parse(when));
        return new Manifest(
                Manifest.FORMAT,
                "bmm 1.0",
                "bmm",
                when,
                when,
                when,
                new Manifest.Database(
                        database,
                        "owner",
                        "15.18 (Debian)",
                        15,
                        7_798_119,
                        "UTF8",
                        "C.UTF-8",
                        "C.UTF-8",
                        "C",
                        Map.of("plpgsql", "1.0")),
                new Manifest.Dump(name.file(".dump.zst"), 6071, HASH, "custom", "zstd", null, 19_794, 34_560L, "15.18"),
                new Manifest.StoredFile(name.file(BackupName.GLOBALS), 661, HASH),
                new Manifest.Fingerprint(
                        "column-lookup3",
                        true,
                        List.of(
                                new Manifest.Table(
                                        "public", "t", 2000, new BigInteger("119665544170983313378"), "int4 text"),
                                new Manifest.Table("public", "new\nline", 0, null, null)),
                        List.of(new Manifest.Sequence("public", "s", -5, true)),
                        new Manifest.LargeObjects(1, BigInteger.TEN)),
                List.of("hash", "archive", "tables"),
                "zstd -dc x | pg_restore -d app");
    }
}
