package bmm.store;

import bmm.store.S3Trials.Made;
import bmm.store.S3Trials.Reply;
import java.util.List;

/** What these credentials could destroy: off-site they should not be able to destroy anything. */
final class S3RightsProbe {
    private static final String POLICY =
            "whoever takes over this host can destroy the copies: see the policy below, or docs/write-only.md";

    private final S3Trials trials;
    private final List<Observed> seen;

    S3RightsProbe(S3Trials trials, List<Observed> seen) {
        this.trials = trials;
        this.seen = seen;
    }

    /** Tries it on an object that was made, and returns whether it could be destroyed for good. */
    boolean run(String key) {
        boolean versions = versions(key);
        boolean replaces = overwrite(key, versions);
        return delete(key, versions) || (replaces && !versions);
    }

    /** Whether what is replaced stays as a version; the store's word counts only with a version that it told. */
    private boolean versions(String key) {
        Reply asked = trials.versioning();
        boolean told =
                trials.made(key).stream().anyMatch(one -> one.version() != null && !"null".equals(one.version()));
        boolean on = told && (!asked.ok() || asked.text().equals("Enabled"));
        seen.add(
                on
                        ? Observed.ok(
                                Capability.VERSIONS, Verdict.YES, "on: what is replaced or deleted stays as a version")
                        : Observed.warn(
                                Capability.VERSIONS,
                                Verdict.NO,
                                asked.text().isEmpty() ? "off" : "off (" + asked.text() + ")",
                                "switch versions on: then nothing is lost that is replaced or deleted"));
        return on;
    }

    /** Whether these credentials can replace an object. */
    private boolean overwrite(String key, boolean versions) {
        Reply reply = trials.put(key, "replaced\n", request -> {});
        if (!reply.ok()) {
            seen.add(
                    Observed.ok(Capability.OVERWRITE, Verdict.NO, "not with these credentials (" + reply.said() + ")"));
        } else if (versions) {
            seen.add(Observed.ok(Capability.OVERWRITE, Verdict.YES, "possible, but the old version stays"));
        } else {
            seen.add(Observed.warn(
                    Capability.OVERWRITE, Verdict.YES, "these credentials can overwrite every object", POLICY));
        }
        return reply.ok();
    }

    /** Whether these credentials can destroy an object. */
    private boolean delete(String key, boolean versions) {
        Made oldest = trials.made(key).getFirst();
        Reply hidden = trials.delete(key);
        if (!hidden.ok()) {
            seen.add(Observed.ok(Capability.DELETE, Verdict.NO, "not with these credentials (" + hidden.said() + ")"));
        } else if (versions) {
            seen.add(Observed.ok(Capability.DELETE, Verdict.YES, "possible, but only hides: the version stays"));
        } else {
            seen.add(
                    Observed.warn(Capability.DELETE, Verdict.YES, "these credentials can delete every object", POLICY));
        }
        if (!versions) {
            return hidden.ok();
        }
        Reply destroyed = trials.deleteVersion(oldest, false);
        seen.add(
                destroyed.ok()
                        ? Observed.warn(
                                Capability.DELETE_VERSIONS,
                                Verdict.YES,
                                "these credentials can delete every version",
                                POLICY)
                        : Observed.ok(
                                Capability.DELETE_VERSIONS,
                                Verdict.NO,
                                "not with these credentials (" + destroyed.said() + ")"));
        return destroyed.ok();
    }
}
