package bmm.catalog;

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
    private static final int LONGEST_MANIFEST = 64 << 20;

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
                    .filter(file -> !file.getKey().equals(BackupName.MANIFEST)
                            && !file.getKey().startsWith(BackupName.GLOBALS)
                            && !new FileName(name, file.getKey()).isDrill())
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

    /** Lists what is below a prefix. */
    public static Catalog read(ObjectStore store, String prefix) {
        Map<BackupName, Map<String, ObjectInfo>> found = new TreeMap<>();
        for (Iterator<ObjectInfo> all = store.list(prefix); all.hasNext(); ) {
            ObjectInfo object = all.next();
            Optional<FileName> file =
                    BackupName.parse(object.key().substring(object.key().lastIndexOf('/') + 1));
            file.ifPresent(name -> found.computeIfAbsent(name.backup(), key -> new LinkedHashMap<>())
                    .put(name.ending(), object));
        }
        List<StoredBackup> backups = new ArrayList<>();
        found.forEach((name, files) -> backups.add(new StoredBackup(name, Map.copyOf(files))));
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

    /**
     * Reads a backup's manifest, as it is stored there.
     *
     * @throws Failure {@link ExitCode#VERIFICATION} if it is damaged
     */
    public StoredManifest manifest(StoredBackup backup) {
        String key = backup.keyOf(backup.name().file(BackupName.MANIFEST));
        try (InputStream in = store.get(key)) {
            return StoredManifest.parse(in.readNBytes(LONGEST_MANIFEST));
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.VERIFICATION,
                    store.name() + ": " + key + ": " + Failure.reason(e),
                    "the dump beside it may still be good: bmm verify FILE reads it alone",
                    e);
        }
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
