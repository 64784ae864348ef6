package bmm.dump;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Setting;
import bmm.base.Settings;
import bmm.stream.Encryption;
import bmm.stream.Identities;
import bmm.stream.Locked;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.util.List;
import java.util.Optional;

/** The keys of a run, from its settings: whom backups are encrypted to, and what opens them again. */
public final class AgeKeys {
    private AgeKeys() {}

    /**
     * Encryption for whatever leaves this machine, if any is wanted.
     *
     * @throws Failure {@link ExitCode#CONFIGURATION} if a recipient is none, or encryption is asked for without one
     */
    public static Optional<Encryption> encryption(Settings settings) {
        Optional<List<String>> recipients = settings.find(Keys.AGE_RECIPIENTS);
        if (recipients.isEmpty()) {
            if (settings.isGiven(Keys.ENCRYPT)) {
                throw new Failure(
                        ExitCode.CONFIGURATION,
                        "BMM_ENCRYPT is set, but not to whom",
                        "set BMM_AGE_RECIPIENTS to the recipients that age-keygen prints (age1…)");
            }
            return Optional.empty();
        }
        try {
            return Optional.of(Encryption.to(recipients.get()));
        } catch (IllegalArgumentException e) {
            throw malformed(Keys.AGE_RECIPIENTS, e, "age-keygen prints it as its public key");
        }
    }

    /** Encryption for the backup directory too, if it is wanted. */
    public static Optional<Encryption> localEncryption(Settings settings) {
        return encryption(settings).filter(any -> settings.get(Keys.ENCRYPT) == Keys.Encrypt.EVERYWHERE);
    }

    /**
     * The identities that are given, or {@link Identities#NONE}.
     *
     * @throws Failure {@link ExitCode#CONFIGURATION} if what is given is none
     */
    public static Identities identities(Settings settings) {
        try {
            return settings.find(Keys.AGE_IDENTITY)
                    .map(secret -> Identities.parse(secret.reveal()))
                    .orElse(Identities.NONE);
        } catch (IllegalArgumentException e) {
            throw malformed(Keys.AGE_IDENTITY, e, "name the file that age-keygen wrote in BMM_AGE_IDENTITY_FILE");
        }
    }

    private static Failure malformed(
            Setting<?> setting, IllegalArgumentException e, @CompileTimeConstant final String hint) {
        return new Failure(ExitCode.CONFIGURATION, setting.key() + ": " + e.getMessage(), hint, e);
    }

    /** What to say of a file that stays closed. */
    public static Failure locked(String subject, Locked e, Identities identities) {
        return new Failure(
                ExitCode.CONFIGURATION,
                subject + ": " + e.getMessage(),
                identities.isEmpty()
                        ? "set BMM_AGE_IDENTITY_FILE to the file with the identity (AGE-SECRET-KEY-1…) of one of its recipients"
                        : "BMM_AGE_IDENTITY_FILE must hold the identity of one of the recipients that it was encrypted to",
                e);
    }
}
