package bmm.cli;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.store.FileStore;
import bmm.store.ObjectStore;
import bmm.store.Stores;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** Which store a command looks at: {@code local}, or an off-site one. */
final class StoreOption {
    /** The word for the backup directory of this machine. */
    static final String LOCAL = "local";

    private StoreOption() {}

    /** Opens the backup directory. */
    static ObjectStore local(Instance instance) {
        if (!Files.isDirectory(instance.backupDirectory())) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "the backup directory " + instance.backupDirectory() + " does not exist",
                    "is its file system mounted, and BMM_BACKUP_DIR right?");
        }
        return FileStore.flat(instance.backupDirectory());
    }

    /** Opens every off-site store of the settings. */
    static List<ObjectStore> remotes(Run run) {
        List<ObjectStore> remotes = new ArrayList<>();
        for (String address : run.settings().find(Keys.BACKUP_REMOTE).orElse(List.of())) {
            remotes.add(Stores.open(address, run.settings()));
        }
        return remotes;
    }
}
