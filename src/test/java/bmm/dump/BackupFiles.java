package bmm.dump;

import bmm.catalog.BackupName;
import bmm.catalog.Manifest;
import bmm.stream.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Writes backups whose dumps are a few bytes, for tests of what is found and fetched. */
final class BackupFiles {
    /** Believes everything, as a host does that knows no key. */
    static final Trust ANYONE = new Trust(List.of(), Trust.Encrypted.NOWHERE, false, false);

    private BackupFiles() {}

    static BackupName name(String database, String when) {
        return new BackupName(database, Instant.parse(when));
    }

    /** A whole backup in a directory. */
    static BackupName write(Path directory, String database, String when) {
        return write(directory, database, when, ".dump", ("PGDMP " + database + when).getBytes(StandardCharsets.UTF_8));
    }

    static BackupName write(Path directory, String database, String when, String ending, byte[] dump) {
        BackupName name = name(database, when);
        try {
            Files.createDirectories(directory);
            Files.write(directory.resolve(name.file(ending)), dump);
            byte[] globals = "-- roles".getBytes(StandardCharsets.UTF_8);
            Files.write(directory.resolve(name.file(BackupName.GLOBALS)), globals);
            Files.write(
                    directory.resolve(name.file(BackupName.MANIFEST)),
                    manifest(name, instance(directory, name), ending, dump, globals)
                            .toJson());
            return name;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Off-site the name of the directory that the date is in. */
    private static String instance(Path directory, BackupName name) {
        String below = name.remoteDirectory("").replaceAll("/$", "");
        String path = directory.toString();
        return path.endsWith(below)
                ? path.substring(
                        path.lastIndexOf('/', path.length() - below.length() - 1) + 1, path.length() - below.length())
                : "bmm";
    }

    private static Manifest manifest(BackupName name, String instance, String ending, byte[] dump, byte[] globals) {
        String when = name.when().toString();
        return new Manifest(
                Manifest.FORMAT,
                "bmm test",
                instance,
                when,
                when,
                when,
                new Manifest.Database(
                        name.database(), "postgres", "15.1", 15, 1, "UTF8", "C", "C", "C", Map.of("plpgsql", "1.0")),
                new Manifest.Dump(
                        name.file(ending),
                        dump.length,
                        Sha256.of(dump),
                        "custom",
                        "none",
                        null,
                        dump.length,
                        null,
                        "15.1"),
                new Manifest.StoredFile(name.file(BackupName.GLOBALS), globals.length, Sha256.of(globals)),
                new Manifest.Fingerprint(null, false, List.of(), List.of(), new Manifest.LargeObjects(0, null)),
                List.of("hash"),
                "");
    }
}
