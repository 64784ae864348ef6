package bmm.doctor;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Finding;
import bmm.base.Hint;
import bmm.base.Keys;
import bmm.base.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What is wrong with settings that are well-formed: those that are not never let a run begin. */
final class SettingsCheck {
    private static final String SUBJECT = "settings";

    private final Settings settings;
    private final Surroundings surroundings;

    SettingsCheck(Settings settings, Surroundings surroundings) {
        this.settings = settings;
        this.surroundings = surroundings;
    }

    List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        long given = Keys.all().filter(settings::isGiven).count();
        String files = surroundings.envFiles().stream().map(Path::toString).collect(Collectors.joining(", "));
        findings.add(Finding.ok(
                SUBJECT,
                given + " given" + (files.isEmpty() ? ", no env file" : ", read from the environment and " + files)));
        if (!settings.secrets().isEmpty()) {
            surroundings.envFiles().stream()
                    .filter(SettingsCheck::isReadableByOthers)
                    .forEach(file -> findings.add(Finding.warn(
                            SUBJECT,
                            file + " can be read by other users, and secrets are set",
                            Hint.of("chmod 600 ").file(file))));
        }
        settings.find(Keys.PGPASSFILE)
                .or(() -> settings.find(Keys.PGSSLROOTCERT))
                .filter(file -> !Files.isReadable(file))
                .ifPresent(file -> findings.add(Finding.fail(
                        ExitCode.CONFIGURATION, SUBJECT, file + " cannot be read", "check PGPASSFILE, PGSSLROOTCERT")));
        return findings;
    }

    private static boolean isReadableByOthers(Path file) {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            return mode.contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException | UnsupportedOperationException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    file + ": cannot see who may read it: " + Failure.reason(e),
                    "check that file",
                    e);
        }
    }
}
