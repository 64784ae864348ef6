package bmm.backup;

import bmm.backup.Verify.Verdict;
import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.catalog.BackupName;
import bmm.catalog.Catalog;
import bmm.catalog.Catalog.StoredBackup;
import bmm.catalog.ManifestFile;
import bmm.catalog.SignatureCheck.Outcome;
import bmm.catalog.SigningKey;
import bmm.store.Body;
import bmm.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Signs the backups of an earlier bmm, which made them without. Each is verified before, every byte of it. Nothing that is
 * stored is changed, as stores that lock objects would not let it be: the signature is a file beside the manifest.
 */
public final class SignBackups {
    private final Verify verify;
    private final SigningKey key;

    /**
     * @param verify believes manifests without a signature
     */
    public SignBackups(Verify verify, SigningKey key) {
        this.verify = verify;
        this.key = key;
    }

    /**
     * Signs what is not signed at a place.
     *
     * @param instance what keys begin with off-site; null for the backup directory
     * @param directory the backup directory; null off-site
     * @return a verdict for each that was signed, or is not good
     */
    public List<Verdict> at(ObjectStore store, @Nullable String instance, @Nullable Path directory) {
        Catalog catalog = Catalog.read(store, instance == null ? "" : BackupName.remotePrefix(instance));
        List<Verdict> verdicts = new ArrayList<>();
        for (StoredBackup backup : catalog.all()) {
            if (backup.hasManifest()) {
                sign(catalog, backup, instance != null, directory).ifPresent(verdicts::add);
            }
        }
        return verdicts;
    }

    /** What is verified and what is signed is one reading of the manifest. */
    private Optional<Verdict> sign(Catalog catalog, StoredBackup backup, boolean isOffSite, @Nullable Path directory) {
        ManifestFile manifest;
        try {
            manifest = catalog.manifest(backup);
        } catch (Failure e) {
            return Optional.of(new Verdict(backup.name().toString(), backup.bytes(), e));
        }
        if (manifest.check(List.of(key.verifyKey())).outcome() == Outcome.VALID) {
            return Optional.empty();
        }
        Verdict verdict = verify.backup(catalog, backup, () -> manifest, isOffSite);
        if (!verdict.isGood()) {
            return Optional.of(verdict);
        }
        try {
            store(catalog, backup, manifest.signatureBy(key), directory);
            return Optional.of(new Verdict(verdict.subject(), verdict.bytes(), verdict.detail(), "signed now", null));
        } catch (Failure e) {
            return Optional.of(new Verdict(verdict.subject(), verdict.bytes(), e));
        }
    }

    private static void store(Catalog catalog, StoredBackup backup, byte[] signature, @Nullable Path directory) {
        String name = backup.name().file(BackupName.SIGNATURE);
        if (directory == null) {
            catalog.store().put(backup.keyOf(name), Body.of(signature));
            return;
        }
        try {
            DurableFile.write(directory.resolve(name), signature);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "cannot write " + directory.resolve(name) + ": " + Failure.reason(e),
                    "run as the user who makes the backups",
                    e);
        }
    }
}
