package bmm.catalog;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.catalog.BackupName.FileName;
import bmm.store.ObjectInfo;
import bmm.store.ObjectLock;
import bmm.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All backups at one store, found by their manifests. */
public final class Catalog {
    /** Files of backups below one prefix; hourly backups of ten databases have them after ten years. */
    private static final int MOST_FILES = 1_000_000;

    /** Files that are none of a backup, which are passed over but take time to list. */
    private static final int MOST_OTHERS = 2_000_000;

    private final ObjectStore store;
    private final List<StoredBackup> backups;

    private Catalog(ObjectStore store, List<StoredBackup> backups) {
        this.store = store;
        this.backups = backups;
    }

    /**
     * The files of one backup at a store, or what there is of them.
     *
     * @param files by their ending, such as {@code .dump.zst}
     */
    public record StoredBackup(BackupName name, Map<String, ObjectInfo> files) {
        /** Whether it counts as a backup at all. */
        public boolean hasManifest() {
            return files.containsKey(BackupName.MANIFEST);
        }

        /** The dump, if it is there. */
        public Optional<ObjectInfo> dump() {
            return files.entrySet().stream()
                    .filter(file -> new FileName(name, file.getKey()).isDump())
                    .map(Map.Entry::getValue)
                    .findFirst();
        }

        /** Whether both the manifest and the dump are there. */
        public boolean isComplete() {
            return hasManifest() && dump().isPresent();
        }

        /** Bytes of all its files. */
        public long bytes() {
            return files.values().stream().mapToLong(ObjectInfo::size).sum();
        }

        /** The key of the file with this name, beside the backup's others. */
        public String keyOf(String fileName) {
            String any = files.values().iterator().next().key();
            return any.substring(0, any.lastIndexOf('/') + 1) + fileName;
        }
    }

    /**
     * Lists what is below a prefix.
     *
     * @throws Failure {@link ExitCode#STORE} if it cannot be listed, or holds more files than any number of backups has
     */
    public static Catalog read(ObjectStore store, String prefix) {
        Map<BackupName, Map<String, ObjectInfo>> found = new TreeMap<>();
        int files = 0;
        int others = 0;
        for (Iterator<ObjectInfo> all = store.list(prefix); all.hasNext(); ) {
            ObjectInfo object = all.next();
            Optional<FileName> file =
                    BackupName.parse(object.key().substring(object.key().lastIndexOf('/') + 1));
            if (file.isPresent()) {
                files++;
                found.computeIfAbsent(file.get().backup(), key -> new LinkedHashMap<>())
                        .put(file.get().ending(), object);
            } else {
                others++;
            }
            if (files > MOST_FILES || others > MOST_OTHERS) {
                throw new Failure(
                        ExitCode.STORE,
                        store.name() + ": more than " + Amounts.count(files + (long) others - 1) + " files below "
                                + (prefix.isEmpty() ? "its root" : prefix),
                        "these are not only backups: find out who writes there, or name a directory of the backups' own");
            }
        }
        List<StoredBackup> backups = new ArrayList<>();
        found.forEach((name, byEnding) -> backups.add(new StoredBackup(name, Map.copyOf(byEnding))));
        return new Catalog(store, List.copyOf(backups));
    }

    /** Everything, oldest first, with what lacks a manifest or a dump. */
    public List<StoredBackup> all() {
        return backups;
    }

    /** The backups of one database that have a manifest, oldest first. */
    public List<StoredBackup> of(String database) {
        return backups.stream()
                .filter(backup ->
                        backup.hasManifest() && backup.name().database().equals(database))
                .toList();
    }

    /** The place that the backups are at. */
    public ObjectStore store() {
        return store;
    }

    /**
     * Reads a backup's manifest and its signature, as they are stored there. Whether they are to be believed is left to
     * the caller.
     *
     * @throws Failure {@link ExitCode#VERIFICATION} if it cannot be read, or is longer than any manifest
     */
    public ManifestFile manifest(StoredBackup backup) {
        byte[] manifest = read(backup, BackupName.MANIFEST, ManifestFile.LONGEST);
        return ManifestFile.of(
                manifest,
                backup.files().containsKey(BackupName.SIGNATURE)
                        ? read(backup, BackupName.SIGNATURE, ManifestFile.LONGEST_SIGNATURE)
                        : null);
    }

    private byte[] read(StoredBackup backup, String ending, int longest) {
        String key = backup.keyOf(backup.name().file(ending));
        try (InputStream in = store.get(key)) {
            byte[] bytes = in.readNBytes(longest + 1);
            if (bytes.length > longest) {
                throw new IOException("it has more than " + Amounts.count(longest) + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw damaged(key, e);
        }
    }

    /**
     * What a manifest says.
     *
     * @throws Failure {@link ExitCode#VERIFICATION} if it is damaged, or impossible
     */
    public StoredManifest content(StoredBackup backup, ManifestFile manifest) {
        try {
            return manifest.content();
        } catch (IOException e) {
            throw damaged(backup.keyOf(backup.name().file(BackupName.MANIFEST)), e);
        }
    }

    private Failure damaged(String key, IOException e) {
        return new Failure(
                ExitCode.VERIFICATION,
                store.name() + ": " + key + ": " + Failure.reason(e),
                "the dump beside it may still be good: bmm verify FILE reads it alone",
                e);
    }

    /** Until when the store keeps any file of a backup from being removed, if it does. */
    public Optional<Instant> lockedUntil(StoredBackup backup) {
        return store.canLock()
                ? backup.files().values().stream()
                        .flatMap(file -> store.lock(file.key()).stream())
                        .map(ObjectLock::until)
                        .max(Comparator.naturalOrder())
                : Optional.empty();
    }

    /** Removes all files of a backup; its manifest first, so that what is half removed is no backup. */
    public void remove(StoredBackup backup) {
        ObjectInfo manifest = backup.files().get(BackupName.MANIFEST);
        if (manifest != null) {
            store.delete(manifest.key());
        }
        backup.files().values().stream()
                .filter(file -> !file.equals(manifest))
                .forEach(file -> store.delete(file.key()));
    }
}
