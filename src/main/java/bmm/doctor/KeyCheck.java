package bmm.doctor;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Finding;
import bmm.base.Hint;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.catalog.ManifestKeys;
import bmm.catalog.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The key that manifests are signed with: there, and nobody else's. */
final class KeyCheck {
    private static final String SUBJECT = "signing key";
    private static final Set<PosixFilePermission> OWN =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private KeyCheck() {}

    static Finding run(Settings settings, Instance instance) {
        try {
            Optional<SigningKey> key = ManifestKeys.of(settings, instance).signing();
            Path file = instance.stateDirectory().resolve(ManifestKeys.FILE);
            if (key.isEmpty()) {
                return Finding.ok(SUBJECT, "none yet; the first backup makes it");
            }
            if (!settings.isGiven(Keys.SIGN_KEY) && !OWN.containsAll(Files.getPosixFilePermissions(file))) {
                return Finding.fail(
                        ExitCode.CONFIGURATION,
                        SUBJECT,
                        file + " is open to others: whoever reads it can forge backups",
                        Hint.of("make a new one where that may have happened, else chmod 600 ")
                                .file(file));
            }
            return Finding.ok(SUBJECT, key.get().verifyKey().id());
        } catch (Failure e) {
            return Finding.fail(ExitCode.CONFIGURATION, SUBJECT, e);
        } catch (IOException e) {
            return Finding.fail(ExitCode.CONFIGURATION, SUBJECT, Failure.reason(e), "check the state directory");
        }
    }
}
