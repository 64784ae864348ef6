package bmm.dump;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.catalog.Manifest;
import bmm.catalog.SealedManifest;
import bmm.catalog.StoredManifest;
import bmm.stream.Encryption;
import bmm.stream.Identities;
import bmm.stream.Locked;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Seals manifests for places whose owner must not read them, and opens them again. */
public final class SealedManifests {
    private SealedManifests() {}

    /**
     * Seals it.
     *
     * @param file the name that it will have
     */
    public static SealedManifest seal(Manifest manifest, String file, Encryption encryption) {
        try {
            return SealedManifest.of(manifest, file, encryption.armored(manifest.toJson()));
        } catch (IOException e) {
            throw new UncheckedIOException("in memory", e);
        }
    }

    /**
     * The whole manifest, whether it was sealed or not.
     *
     * @param subject what it is the manifest of, for messages
     * @throws Failure {@link ExitCode#CONFIGURATION} if no identity opens it, {@link ExitCode#VERIFICATION} if it is
     *     damaged
     */
    public static Manifest open(StoredManifest stored, Identities identities, String subject) {
        return switch (stored) {
            case Manifest manifest -> manifest;
            case SealedManifest sealed -> {
                try {
                    yield sealed.opened(identities.fromArmored(sealed.whole()));
                } catch (Locked e) {
                    throw AgeKeys.locked(subject, e, identities);
                } catch (IOException e) {
                    throw new Failure(
                            ExitCode.VERIFICATION,
                            subject + ": its manifest: " + Failure.reason(e),
                            "take another copy of this backup; the dump may still be good: age -d reads it alone",
                            e);
                }
            }
        };
    }
}
