package bmm.backup;

import bmm.base.Amounts;
import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.FileSystemSpace;
import bmm.base.Hint;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.catalog.BackupName;
import bmm.catalog.Catalog;
import bmm.catalog.Catalog.StoredBackup;
import bmm.catalog.Manifest;
import bmm.catalog.Manifest.StoredFile;
import bmm.catalog.ManifestFile;
import bmm.catalog.SigningKey;
import bmm.catalog.StoredManifest;
import bmm.dump.AgeKeys;
import bmm.dump.Believed;
import bmm.dump.DumpKind;
import bmm.dump.SealedManifests;
import bmm.stream.Encryption;
import bmm.stream.Measured;
import bmm.stream.MeasuredInput;
import bmm.stream.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Backups as they leave this machine. Where recipients are set, one that is plain here is encrypted first: into a file,
 * once for all stores, which goes when it has arrived. It stays if a store may hold the beginning of it, as encrypting
 * again would give other bytes, and what is there is never overwritten.
 */
final class Outgoing {
    private static final String DIRECTORY = ".outgoing";

    private final Path local;
    private final Path outgoing;
    private final @Nullable Encryption encryption;
    private final SigningKey key;
    private final long keepFree;
    private final Progress progress;
    private final Set<BackupName> begun = new HashSet<>();

    private Outgoing(Path local, @Nullable Encryption encryption, SigningKey key, long keepFree, Progress progress) {
        this.local = local;
        this.key = key;
        this.outgoing = local.resolve(DIRECTORY);
        this.encryption = encryption;
        this.keepFree = keepFree;
        this.progress = progress;
    }

    static Outgoing of(Settings settings, Instance instance, SigningKey key, Progress progress) {
        return new Outgoing(
                instance.backupDirectory(),
                AgeKeys.encryption(settings).orElse(null),
                key,
                settings.get(Keys.MIN_FREE),
                progress);
    }

    /** A file to be sent. */
    record Part(Path path, StoredFile file) {}

    /** A backup to be sent: its files, then its manifest. */
    record Parcel(List<Part> parts, ManifestFile manifest) {}

    /**
     * Makes it ready. The manifest of one that is not encrypted here goes as it is, byte by byte, with its signature.
     *
     * @throws Failure {@link ExitCode#STORE} if it cannot be encrypted, or is not what its manifest says
     */
    Parcel pack(StoredBackup backup, Believed believed) {
        StoredManifest stored = believed.content();
        if (encryption == null || !(stored instanceof Manifest manifest)) {
            List<Part> parts = new ArrayList<>(List.of(part(local, stored.dumpFile())));
            StoredFile globals = stored.globals();
            if (globals != null) {
                parts.add(part(local, globals));
            }
            return new Parcel(parts, believed.file());
        }
        try {
            DurableFile.createDirectories(outgoing);
            StoredFile dump = encrypted(manifest.dumpFile());
            StoredFile plainGlobals = manifest.globals();
            StoredFile globals = plainGlobals == null ? null : encrypted(plainGlobals);
            String restore = DumpKind.of(dump.file())
                    .map(kind ->
                            kind.restoreCommand(dump.file(), manifest.database().name()))
                    .orElse(manifest.restore());
            List<Part> parts = new ArrayList<>(List.of(part(outgoing, dump)));
            if (globals != null) {
                parts.add(part(outgoing, globals));
            }
            String manifestFile = backup.name().file(BackupName.MANIFEST);
            return new Parcel(
                    parts,
                    ManifestFile.signed(
                            SealedManifests.seal(
                                    manifest.encryptedAs(dump, globals, restore), manifestFile, encryption),
                            key));
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.STORE,
                    "cannot encrypt " + stored.dumpFile().file() + " for off-site: " + Failure.reason(e),
                    Hint.of("what is encrypted for off-site lies in ")
                            .file(outgoing)
                            .and(" until it has arrived; BMM_ENCRYPT=everywhere needs no second copy"),
                    e);
        }
    }

    private static Part part(Path directory, StoredFile file) {
        return new Part(directory.resolve(file.file()), file);
    }

    private StoredFile encrypted(StoredFile plain) throws IOException {
        String name = plain.file() + BackupName.AGE;
        Path target = outgoing.resolve(name);
        if (Files.exists(target)) {
            // Of a run that was cut off: a store may hold it already, without its manifest.
            try (MeasuredInput in = new MeasuredInput(Files.newInputStream(target), done -> {})) {
                in.drain();
                return new StoredFile(name, in.size(), in.sha256());
            }
        }
        checkRoom(plain.bytes());
        Path partial = outgoing.resolve(name + DurableFile.PARTIAL);
        Files.deleteIfExists(partial);
        progress.begin("encrypt " + plain.file(), plain.bytes());
        try (InputStream file = Files.newInputStream(local.resolve(plain.file()));
                MeasuredInput in = new MeasuredInput(file, progress::bytes)) {
            Measured measured;
            try (OutputStream out = Channels.newOutputStream(DurableFile.create(partial))) {
                measured = new Measured(out, done -> {});
                try (Encryption.Encrypted to = encryption().encrypt(measured)) {
                    in.transferTo(to);
                }
            }
            if (!in.sha256().equals(plain.sha256())) {
                throw new Failure(
                        ExitCode.STORE,
                        plain.file() + ": its hash is not the one in the manifest; it was not sent",
                        "bmm verify tells what is wrong with the local backup");
            }
            DurableFile.publish(partial, target);
            return new StoredFile(name, measured.size(), measured.sha256());
        } finally {
            Files.deleteIfExists(partial);
            progress.end();
        }
    }

    private Encryption encryption() {
        if (encryption == null) {
            throw new IllegalStateException("nothing to encrypt with");
        }
        return encryption;
    }

    private void checkRoom(long bytes) throws IOException {
        long free = FileSystemSpace.usable(outgoing);
        if (free < bytes + keepFree) {
            throw new IOException("not enough room: " + Amounts.bytes(free) + " free, " + Amounts.bytes(bytes)
                    + " needed and " + Amounts.bytes(keepFree) + " that must stay free");
        }
    }

    /** A store may hold a part of it now, but not its manifest. */
    void brokeOff(StoredBackup backup) {
        begun.add(backup.name());
    }

    /** Removes what nothing local stands behind any more; of what an earlier run left a store may hold a part. */
    void removeOrphans(Catalog catalog) {
        Set<BackupName> known = new HashSet<>();
        catalog.all().forEach(backup -> known.add(backup.name()));
        remove(file -> file.endsWith(DurableFile.PARTIAL) || !known.contains(nameOf(file)));
        list().stream().flatMap(file -> Stream.ofNullable(nameOf(file))).forEach(begun::add);
    }

    /**
     * Removes what has done its work.
     *
     * @param everywhere whether every store has all of this database now
     */
    void removeSent(String database, boolean everywhere) {
        remove(file -> {
            BackupName name = nameOf(file);
            return name != null && name.database().equals(database) && (everywhere || !begun.contains(name));
        });
    }

    private static @Nullable BackupName nameOf(String file) {
        return BackupName.parse(file).map(BackupName.FileName::backup).orElse(null);
    }

    private interface Which {
        boolean is(String file);
    }

    private void remove(Which which) {
        for (String file : list()) {
            try {
                if (which.is(file)) {
                    Files.deleteIfExists(outgoing.resolve(file));
                }
            } catch (IOException e) {
                throw cannotCleanUp(e);
            }
        }
    }

    private List<String> list() {
        if (!Files.isDirectory(outgoing)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(outgoing)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        } catch (IOException e) {
            throw cannotCleanUp(e);
        }
    }

    private Failure cannotCleanUp(IOException e) {
        return new Failure(
                ExitCode.STORE,
                "cannot clean up in " + outgoing + ": " + Failure.reason(e),
                "check the owner of what is in it",
                e);
    }
}
