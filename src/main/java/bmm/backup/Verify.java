package bmm.backup;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.catalog.BackupName;
import bmm.catalog.Catalog;
import bmm.catalog.Catalog.StoredBackup;
import bmm.catalog.Manifest;
import bmm.catalog.ManifestFile;
import bmm.catalog.NewestBackups;
import bmm.catalog.StoredManifest;
import bmm.dump.Believed;
import bmm.dump.DumpKind;
import bmm.dump.ManifestBeside;
import bmm.dump.Trust;
import bmm.store.ObjectInfo;
import bmm.store.ObjectStore;
import bmm.stream.Bounded;
import bmm.stream.Identities;
import bmm.stream.MeasuredInput;
import bmm.stream.Progress;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads stored backups again, every byte: hash, whole archive, rows and content of each table against the manifest; and
 * names dumps without a manifest and manifests without a dump.
 */
public final class Verify {
    private final Identities identities;
    private final Trust trust;
    private final NewestBackups newest;
    private final Progress progress;

    /**
     * @param identities what opens encrypted backups; of what they do not open only the hash is compared
     * @param trust which backups are believed
     * @param newest what this host knows to be at a store
     */
    public Verify(Identities identities, Trust trust, NewestBackups newest, Progress progress) {
        this.identities = identities;
        this.trust = trust;
        this.newest = newest;
        this.progress = progress;
    }

    /**
     * One backup, or one file.
     *
     * @param problem null if it is whole
     * @param detail what was checked, or what could not be, in words
     * @param signature what is known of the signature of its manifest; null if nothing is
     */
    public record Verdict(
            String subject,
            long bytes,
            String detail,
            @Nullable String signature,
            @Nullable Failure problem) {
        Verdict(String subject, long bytes, @Nullable Failure problem) {
            this(subject, bytes, "", null, problem);
        }

        public boolean isGood() {
            return problem == null;
        }
    }

    /** Which backups of a store. */
    public record Selection(@Nullable Instant since, boolean all) {
        private List<StoredBackup> from(List<StoredBackup> backups) {
            if (since != null) {
                return backups.stream()
                        .filter(backup -> !backup.name().when().isBefore(since))
                        .toList();
            }
            if (all) {
                return backups;
            }
            // The newest of each database; and whatever is no backup, so that it is noticed.
            Map<String, Instant> newest = new HashMap<>();
            backups.stream()
                    .filter(StoredBackup::hasManifest)
                    .forEach(backup ->
                            newest.put(backup.name().database(), backup.name().when()));
            return backups.stream()
                    .filter(backup -> !backup.isComplete()
                            || backup.name()
                                    .when()
                                    .equals(newest.get(backup.name().database())))
                    .toList();
        }
    }

    /**
     * Verifies what a place holds.
     *
     * @param instance what keys begin with off-site; null for the backup directory
     */
    public List<Verdict> store(ObjectStore store, @Nullable String instance, Selection selection) {
        Catalog catalog = Catalog.read(store, instance == null ? "" : BackupName.remotePrefix(instance));
        List<Verdict> verdicts = new ArrayList<>();
        for (StoredBackup backup : selection.from(catalog.all())) {
            verdicts.add(backup(catalog, backup, () -> catalog.manifest(backup), instance != null));
        }
        missing(store, catalog).forEach(verdicts::add);
        return verdicts;
    }

    /** The newest backups that this host put there, as far as they are gone. */
    private List<Verdict> missing(ObjectStore store, Catalog catalog) {
        Set<BackupName> there = catalog.all().stream()
                .filter(StoredBackup::hasManifest)
                .map(StoredBackup::name)
                .collect(Collectors.toSet());
        return newest.databases(store.name()).stream()
                .flatMap(database -> newest.at(store.name(), database).stream())
                .filter(name -> !there.contains(name))
                .map(
                        name -> new Verdict(
                                name.toString(),
                                0,
                                damaged(
                                        name + ": the newest backup that this host put at " + store.name() + " is gone",
                                        "if nobody removed it, the store lost it or hides it; the next backup takes its place")))
                .toList();
    }

    /** Verifies one backup at a place, against that manifest. */
    Verdict backup(Catalog catalog, StoredBackup backup, Supplier<ManifestFile> stored, boolean isOffSite) {
        ObjectStore store = catalog.store();
        String subject = backup.dump().map(ObjectInfo::key).orElse(backup.name().toString());
        try {
            if (!backup.hasManifest()) {
                throw damaged(
                        subject + ": no manifest beside it: this is not a backup",
                        "a run that was cut off leaves this; the next run makes a new one, this file can go");
            }
            Believed believed = Believed.of(stored.get(), catalog, backup, trust, isOffSite);
            StoredManifest manifest = believed.content();
            ObjectInfo dump = BackupName.parse(manifest.dumpFile().file())
                    .filter(file -> file.backup().equals(backup.name()))
                    .map(file -> backup.files().get(file.ending()))
                    .orElse(null);
            if (dump == null) {
                throw damaged(
                        backup.name() + ": the manifest is there, the dump "
                                + manifest.dumpFile().file() + " is not",
                        "someone or something removed it; take another copy of this backup");
            }
            checkGlobals(store, backup, manifest);
            return verdict(dump.key(), dump.size(), () -> store.get(dump.key()), believed);
        } catch (Failure e) {
            return new Verdict(subject, backup.bytes(), e);
        }
    }

    private static void checkGlobals(ObjectStore store, StoredBackup backup, StoredManifest manifest) {
        Manifest.StoredFile globals = manifest.globals();
        if (globals == null) {
            return;
        }
        if (backup.files().values().stream().noneMatch(file -> file.key().equals(backup.keyOf(globals.file())))) {
            throw damaged(
                    backup.name() + ": the manifest is there, " + globals.file() + " is not",
                    "someone or something removed it; take another copy of this backup");
        }
        try (MeasuredInput in =
                new MeasuredInput(new Bounded(store.get(backup.keyOf(globals.file())), globals.bytes()), done -> {})) {
            in.drain();
            if (!in.sha256().equals(globals.sha256())) {
                throw otherHash(globals);
            }
        } catch (Bounded.TooMuch e) {
            throw otherHash(globals);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.VERIFICATION,
                    globals.file() + " cannot be read: " + Failure.reason(e),
                    "take another copy of it",
                    e);
        }
    }

    private static Failure otherHash(Manifest.StoredFile globals) {
        return damaged(globals.file() + ": its hash is not the one in the manifest", "take another copy of it");
    }

    /** Verifies one file on this machine, with the manifest beside it where there is one. */
    public Verdict file(Path file) {
        String name = String.valueOf(file.getFileName());
        try {
            if (!Files.isRegularFile(file)) {
                throw new Failure(ExitCode.USAGE, file + ": no such file", "name a dump file");
            }
            return verdict(
                    file.toString(), Files.size(file), () -> Files.newInputStream(file), believedBeside(file, name));
        } catch (Failure e) {
            return new Verdict(file.toString(), 0, e);
        } catch (IOException e) {
            return new Verdict(
                    file.toString(),
                    0,
                    new Failure(
                            ExitCode.VERIFICATION,
                            file + " cannot be read: " + Failure.reason(e),
                            "check the file system it is on",
                            e));
        }
    }

    /** A manifest counts if it is the one of this very file, and not of the encrypted one that it was before. */
    private @Nullable Believed believedBeside(Path file, String name) throws IOException {
        Optional<ManifestBeside> beside = ManifestBeside.read(file, name);
        if (beside.isEmpty()) {
            return null;
        }
        Believed believed = Believed.read(beside.get().file(), file.toString(), trust);
        return believed.content().dumpFile().file().equals(name) ? believed : null;
    }

    private interface Source {
        InputStream open() throws IOException;
    }

    private Verdict verdict(String subject, long size, Source source, @Nullable Believed believed) {
        progress.begin("verify " + subject, size);
        try (InputStream stored = source.open();
                MeasuredInput in = new MeasuredInput(new Bounded(stored, size), progress::bytes)) {
            DumpKind kind = DumpKind.of(subject)
                    .orElseThrow(() -> new Failure(
                            ExitCode.USAGE,
                            subject + ": not a kind of dump that bmm knows",
                            "known are .dump, .dump.zst, .sql.gz and .dir.tar, and each with .age behind it"));
            String detail =
                    new DumpCheck(subject, kind, identities).of(in, size, believed == null ? null : believed.content());
            return new Verdict(subject, size, detail, believed == null ? null : believed.signature(), null);
        } catch (Failure e) {
            return new Verdict(subject, size, e);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            // Damaged bytes can make a parser stumble in any way; the next backup must still be looked at.
            Failure damaged = new Failure(
                    ExitCode.VERIFICATION,
                    subject + ": damaged: " + Failure.reason(e),
                    "take another copy of this backup, and check the disk or store that damaged this one",
                    e);
            return new Verdict(subject, size, damaged);
        } finally {
            progress.end();
        }
    }

    private static Failure damaged(String message, @CompileTimeConstant final String hint) {
        return new Failure(ExitCode.VERIFICATION, message, hint);
    }
}
