package bmm.dump;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.catalog.Catalog;
import bmm.catalog.Catalog.StoredBackup;
import bmm.catalog.ManifestFile;
import bmm.catalog.ManifestKeys;
import bmm.catalog.SignatureCheck;
import bmm.catalog.SignatureCheck.Outcome;
import bmm.catalog.VerifyKey;
import java.util.List;
import java.util.Optional;

/**
 * Which backups are believed. Where a key is known, a manifest must be signed by it; where backups are to be encrypted, one
 * that is plain is somebody else's. Where nothing is known every backup is taken, and said to be unchecked.
 *
 * @param keys of those whose backups are believed; empty where none is known
 * @param encrypted where a plain backup is refused
 */
public record Trust(List<VerifyKey> keys, Encrypted encrypted, boolean allowUnsigned, boolean allowPlain) {
    /** The places whose backups are encrypted. */
    public enum Encrypted {
        NOWHERE,
        OFF_SITE,
        EVERYWHERE
    }

    /**
     * What is to be thought of a backup.
     *
     * @param refusal why it is not to be used; empty if it is
     * @param signature in words
     */
    public record Judgement(Optional<Refusal> refusal, String signature, boolean isSigned) {}

    /** One reason, and what to do about it. */
    public record Refusal(String reason, Hint hint) {}

    /**
     * From the settings and the key of this host.
     *
     * @throws Failure {@link ExitCode#CONFIGURATION} if one of the keys is none
     */
    public static Trust of(Settings settings, Instance instance, boolean allowUnsigned, boolean allowPlain) {
        boolean keysOfAge = settings.isGiven(Keys.AGE_RECIPIENTS) || settings.isGiven(Keys.AGE_IDENTITY);
        Encrypted encrypted = !keysOfAge
                ? Encrypted.NOWHERE
                : settings.get(Keys.ENCRYPT) == Keys.Encrypt.REMOTE ? Encrypted.OFF_SITE : Encrypted.EVERYWHERE;
        return new Trust(ManifestKeys.of(settings, instance).trusted(), encrypted, allowUnsigned, allowPlain);
    }

    /** Without any exception that the user may allow. */
    public static Trust of(Settings settings, Instance instance) {
        return of(settings, instance, false, false);
    }

    /** Takes everything as it is, for looking at backups that are to be signed. */
    public Trust withoutSignatures() {
        return new Trust(keys, encrypted, true, true);
    }

    /** Decides on a manifest by its signature alone, before anything in it is looked at. */
    public Judgement judge(SignatureCheck check) {
        String key = check.keyId();
        if (keys.isEmpty()) {
            return new Judgement(
                    Optional.empty(),
                    key == null
                            ? "not signed, and no key is known here to ask for one (BMM_VERIFY_KEY)"
                            : "signed by key " + key + ", not checked: set BMM_VERIFY_KEY",
                    false);
        }
        String words = switch (check.outcome()) {
            case VALID -> "signed by key " + key;
            case WRONG -> "its signature is wrong: it is not as key " + key + " signed it";
            case OTHER_KEY -> "it is signed by key " + key + ", which is not known here";
            case UNSIGNED -> "it is not signed";
        };
        if (check.outcome() == Outcome.VALID) {
            return new Judgement(Optional.empty(), words, true);
        }
        return allowUnsigned
                ? new Judgement(Optional.empty(), words + " (--allow-unsigned)", false)
                : new Judgement(Optional.of(new Refusal(words, hint(check.outcome()))), words, false);
    }

    private static Hint hint(Outcome outcome) {
        return switch (outcome) {
            case UNSIGNED ->
                Hint.of(
                        "one of an earlier bmm? bmm verify --sign signs those that are good, --allow-unsigned takes it as"
                                + " it is");
            case OTHER_KEY ->
                Hint.of("of another host, or of a key that was lost? name its public key in BMM_VERIFY_KEY;"
                        + " --allow-unsigned takes it as it is");
            case WRONG, VALID ->
                Hint.of("it was changed after it was made: take another copy; --allow-unsigned takes it as it is");
        };
    }

    /** Decides on a backup by whether it is encrypted. */
    public Optional<Refusal> judgePlain(boolean isEncrypted, boolean isOffSite) {
        boolean wanted = encrypted == Encrypted.EVERYWHERE || (encrypted == Encrypted.OFF_SITE && isOffSite);
        return isEncrypted || !wanted || allowPlain
                ? Optional.empty()
                : Optional.of(new Refusal(
                        "it is plain, where backups are to be encrypted (BMM_AGE_RECIPIENTS, BMM_AGE_IDENTITY)",
                        Hint.of("one from before encryption was set up? --allow-plain takes it as it is")));
    }

    /**
     * Whether a backup counts where it could take the place of another: in retention, as one that has arrived, as a measure
     * of size. It does where no key is known.
     */
    public boolean isGenuine(Catalog catalog, StoredBackup backup) {
        if (keys.isEmpty()) {
            return true;
        }
        try {
            ManifestFile manifest = catalog.manifest(backup);
            if (manifest.check(keys).outcome() != Outcome.VALID) {
                return false;
            }
            ManifestNames.check(backup, catalog.content(backup, manifest));
            return true;
        } catch (Failure e) {
            if (e.exitCode() == ExitCode.VERIFICATION) {
                return false;
            }
            throw e;
        }
    }
}
