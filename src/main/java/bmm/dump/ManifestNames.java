package bmm.dump;

import bmm.base.Hint;
import bmm.catalog.BackupName;
import bmm.catalog.Catalog.StoredBackup;
import bmm.catalog.StoredManifest;

/** Whether a manifest is of the backup whose name it lies under: one that is signed can still be laid under another. */
final class ManifestNames {
    private static final String MEMBER = "the manifest is of another backup: ";

    private ManifestNames() {}

    /** @throws Refused if it is of another name, or of another instance than the directory. */
    static void check(StoredBackup backup, StoredManifest manifest) {
        BackupName name = backup.name();
        BackupName inside = BackupName.parse(manifest.dumpFile().file())
                .map(BackupName.FileName::backup)
                .orElseThrow();
        if (!inside.equals(name)) {
            throw refused(name, inside.toString());
        }
        String key = backup.keyOf("");
        // A copy of a backup directory has no directories of instances.
        if (key.endsWith(name.remoteDirectory("")) && !key.endsWith(name.remoteDirectory(manifest.instance()))) {
            throw refused(name, "instance " + manifest.instance());
        }
    }

    private static Refused refused(BackupName name, String what) {
        return new Refused(
                name.toString(),
                new Trust.Refusal(MEMBER + what, Hint.of("someone put it there under this name; take another copy")));
    }
}
