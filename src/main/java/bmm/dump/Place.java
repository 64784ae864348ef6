package bmm.dump;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Instance;
import bmm.base.Settings;
import bmm.base.Shown;
import bmm.catalog.BackupName;
import bmm.catalog.Catalog;
import bmm.store.FileStore;
import bmm.store.ObjectInfo;
import bmm.store.ObjectStore;
import bmm.store.Stores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where backups may be.
 *
 * @param directory of this machine, or null where the bytes have to be fetched
 * @param instance the name that keys begin with, or empty
 */
record Place(ObjectStore store, @Nullable Path directory, String instance) {
    /** @throws Failure {@link ExitCode#CONFIGURATION} if there is no backup directory */
    static Place local(Instance instance) {
        Path directory = instance.backupDirectory();
        if (!Files.isDirectory(directory)) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "the backup directory " + directory + " does not exist",
                    "is its file system mounted, and BMM_BACKUP_DIR right? --from STORE looks elsewhere");
        }
        return new Place(FileStore.flat(directory), directory, "");
    }

    static Place store(String address, Instance instance, Settings settings) {
        return new Place(Stores.open(address, settings), null, instance.name());
    }

    /**
     * What is there of a database.
     *
     * @param database null for all
     */
    List<Candidate> list(@Nullable String database) {
        String prefix = instance.isEmpty()
                ? ""
                : database == null ? BackupName.remotePrefix(instance) : BackupName.remotePrefix(instance, database);
        Catalog catalog = Catalog.read(store, prefix);
        if (catalog.all().isEmpty() && !prefix.isEmpty()) {
            Optional<String> elsewhere = elsewhere(database);
            if (elsewhere.isPresent()) {
                catalog = Catalog.read(store, elsewhere.get());
            }
        }
        Catalog read = catalog;
        return read.all().stream()
                .map(backup -> new Candidate(this, read, backup))
                .toList();
    }

    /**
     * Where in a store backups are, if not where this instance puts them: in a copy of a backup directory, or under the
     * name of the instance that the lost machine had.
     */
    private Optional<String> elsewhere(@Nullable String database) {
        TreeSet<String> roots = new TreeSet<>();
        for (Iterator<ObjectInfo> all = store.list(""); all.hasNext(); ) {
            String key = all.next().key();
            String parent = key.substring(0, key.lastIndexOf('/') + 1);
            BackupName.parse(key.substring(parent.length()))
                    .map(BackupName.FileName::backup)
                    .filter(name -> database == null || name.database().equals(database))
                    .ifPresent(name -> roots.add(root(parent, name)));
        }
        if (roots.size() > 1) {
            throw new Failure(
                    ExitCode.USAGE,
                    store.name() + ": nothing of instance " + instance + ", but backups of "
                            + Shown.list(roots.stream()
                                    .map(root -> root.isEmpty() ? "no instance" : root.substring(0, root.length() - 1))
                                    .toList()),
                    "say which with --instance NAME, or name the directory in --from");
        }
        return roots.stream().findFirst();
    }

    private static String root(String parent, BackupName name) {
        String below = name.remoteDirectory("").substring("/".length());
        return parent.endsWith(below) ? parent.substring(0, parent.length() - below.length()) : parent;
    }

    Origin origin(String key, long bytes) {
        return directory == null
                ? new Origin.AtStore(store, key, bytes)
                : new Origin.OnDisk(directory.resolve(key), bytes);
    }

    /** The directory of a key, for people. */
    String around(String key) {
        int slash = key.lastIndexOf('/');
        return directory != null
                ? directory.toString()
                : store.name() + (slash < 0 ? "" : "/" + key.substring(0, slash));
    }

    /** The same where it may be pasted. */
    Hint inHint() {
        return directory != null
                ? Hint.of("in ").file(directory)
                : Hint.of("at ").name(store.name());
    }

    /** For people. */
    String inWords() {
        return directory != null ? "in " + directory : "at " + store.name();
    }
}
