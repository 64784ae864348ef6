package bmm.backup;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.catalog.BackupName;
import bmm.catalog.Manifest;
import bmm.catalog.StoredManifest;
import bmm.dump.AgeKeys;
import bmm.dump.DumpDecoder;
import bmm.dump.DumpKind;
import bmm.dump.Limits;
import bmm.dump.RecordedHash;
import bmm.dump.SealedManifests;
import bmm.postgres.ArchiveContent;
import bmm.postgres.TableContent;
import bmm.postgres.TableName;
import bmm.stream.Identities;
import bmm.stream.Locked;
import bmm.stream.MeasuredInput;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The check of one stored dump, every byte of it. One that is encrypted is decoded where an identity opens it; elsewhere only
 * its hash is compared.
 */
record DumpCheck(String subject, DumpKind kind, Identities identities) {
    /**
     * Reads all of it.
     *
     * @param size of the stored bytes
     * @param stored the manifest beside it, or null where there is none
     * @return what was compared, in words
     * @throws Failure {@link ExitCode#VERIFICATION} if it is not what the manifest says, {@link ExitCode#CONFIGURATION} if
     *     the identities do not open it
     * @throws IOException if it cannot be decoded
     */
    String of(MeasuredInput in, long size, @Nullable StoredManifest stored) throws IOException {
        if (stored != null && size != stored.dumpFile().bytes()) {
            throw damaged(
                    subject + ": " + Amounts.count(size) + " bytes, but the manifest says "
                            + Amounts.count(stored.dumpFile().bytes()),
                    "it was cut or overwritten; take another copy of this backup");
        }
        if (BackupName.isEncrypted(subject)) {
            return encrypted(in, size, stored);
        }
        Manifest manifest = stored == null ? null : SealedManifests.open(stored, identities, subject);
        ArchiveContent content = DumpDecoder.decode(in, kind, RecordedHash.of(manifest), Limits.of(manifest, size));
        return compare(in, content, manifest);
    }

    private String encrypted(MeasuredInput in, long size, @Nullable StoredManifest stored) throws IOException {
        if (identities.isEmpty() && stored != null) {
            compareHash(in, stored);
            return "hash only: it is encrypted, and no identity is here";
        }
        Failure locked;
        try {
            Manifest manifest = stored == null ? null : SealedManifests.open(stored, identities, subject);
            ArchiveContent content = DumpDecoder.decodeEncrypted(
                    in, identities, kind, RecordedHash.of(manifest), Limits.of(manifest, size));
            return compare(in, content, manifest);
        } catch (Locked e) {
            locked = AgeKeys.locked(subject, e, identities);
        } catch (Failure e) {
            if (e.exitCode() != ExitCode.CONFIGURATION) {
                throw e;
            }
            locked = e;
        }
        // What stays closed can still be seen to be damaged.
        if (stored != null) {
            compareHash(in, stored);
        }
        throw locked;
    }

    private void compareHash(MeasuredInput in, StoredManifest stored) throws IOException {
        in.drain();
        if (!in.sha256().equals(stored.dumpFile().sha256())) {
            throw damaged(subject + ": its hash is not the one in the manifest", "take another copy of this backup");
        }
    }

    private String compare(MeasuredInput in, ArchiveContent content, @Nullable Manifest manifest) throws IOException {
        String held = Amounts.count(content.tables().size(), "table") + ", " + Amounts.count(content.rows(), "row");
        if (manifest == null) {
            return "archive decoded, " + held + "; no manifest beside it, so no hash to compare with";
        }
        compareHash(in, manifest);
        checkTables(content, manifest.fingerprint());
        return "hash, archive, " + held + " = manifest";
    }

    private void checkTables(ArchiveContent content, Manifest.Fingerprint recorded) {
        int found = 0;
        for (Manifest.Table table : recorded.tables()) {
            TableContent inArchive = content.tables().get(new TableName(table.schema(), table.name()));
            if (inArchive == null || !inArchive.matches(new TableContent(table.rows(), table.hash()))) {
                throw damaged(
                        subject + ": table " + table.schema() + "." + table.name() + " is not as the manifest says",
                        "the manifest was changed after the backup was made; take another copy of it");
            }
            found++;
        }
        if (found != content.tables().size()) {
            throw damaged(
                    subject + ": the manifest names " + Amounts.count(found, "table") + ", the dump holds "
                            + Amounts.count(content.tables().size()),
                    "the manifest was changed after the backup was made; take another copy of it");
        }
    }

    private static Failure damaged(String message, @CompileTimeConstant final String hint) {
        return new Failure(ExitCode.VERIFICATION, message, hint);
    }
}
