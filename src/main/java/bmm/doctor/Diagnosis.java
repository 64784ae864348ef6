package bmm.doctor;

import bmm.base.ExitCode;
import bmm.base.Finding;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What was found of one store.
 *
 * @param store its name
 * @param left keys that could not be removed again
 * @param profile where what was seen is kept
 * @param policy how to make credentials that cannot destroy anything, where these can
 */
public record Diagnosis(
        String store, List<Finding> findings, List<String> left, Optional<Path> profile, Optional<String> policy) {
    public Diagnosis {
        findings = List.copyOf(findings);
    }

    /** The worst of all findings. */
    public ExitCode exitCode() {
        return worst(findings);
    }

    static ExitCode worst(List<Finding> findings) {
        return findings.stream().map(Finding::exitCode).reduce(ExitCode.OK, ExitCode::worse);
    }
}
