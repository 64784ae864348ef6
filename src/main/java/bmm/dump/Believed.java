package bmm.dump;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.catalog.Catalog;
import bmm.catalog.Catalog.StoredBackup;
import bmm.catalog.ManifestFile;
import bmm.catalog.StoredManifest;
import java.io.IOException;

/**
 * A manifest that the policy lets pass.
 *
 * @param file as it is stored
 * @param signature what is known of it, in words
 * @param isSigned whether by a key that is known here
 */
public record Believed(ManifestFile file, StoredManifest content, String signature, boolean isSigned) {
    /**
     * Reads that of a backup at a place.
     *
     * @throws Refused if it is not to be believed
     * @throws Failure {@link ExitCode#VERIFICATION} if it is damaged
     */
    public static Believed read(Catalog catalog, StoredBackup backup, Trust trust, boolean isOffSite) {
        return of(catalog.manifest(backup), catalog, backup, trust, isOffSite);
    }

    /** The same of a manifest that was read before, as a store may answer differently when it is asked again. */
    public static Believed of(ManifestFile file, Catalog catalog, StoredBackup backup, Trust trust, boolean isOffSite) {
        Trust.Judgement judgement = judged(backup.name().toString(), file, trust);
        StoredManifest content = catalog.content(backup, file);
        ManifestNames.check(backup, content);
        requireEncrypted(backup.name().toString(), content, trust, isOffSite);
        return new Believed(file, content, judgement.signature(), judgement.isSigned());
    }

    /**
     * Reads that of a dump which the user named.
     *
     * @param subject for messages
     * @throws Refused if it is not to be believed
     * @throws IOException if it is damaged
     */
    public static Believed read(ManifestFile file, String subject, Trust trust) throws IOException {
        Trust.Judgement judgement = judged(subject, file, trust);
        StoredManifest content = file.content();
        requireEncrypted(subject, content, trust, false);
        return new Believed(file, content, judgement.signature(), judgement.isSigned());
    }

    private static Trust.Judgement judged(String subject, ManifestFile file, Trust trust) {
        Trust.Judgement judgement = trust.judge(file.check(trust.keys()));
        judgement.refusal().ifPresent(refusal -> {
            throw new Refused(subject, refusal);
        });
        return judgement;
    }

    private static void requireEncrypted(String subject, StoredManifest content, Trust trust, boolean isOffSite) {
        trust.judgePlain(content.isEncrypted(), isOffSite).ifPresent(refusal -> {
            throw new Refused(subject, refusal);
        });
    }
}
