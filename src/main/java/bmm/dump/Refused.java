package bmm.dump;

import bmm.base.ExitCode;
import bmm.base.Failure;

/** A backup that is not believed; another one may be. */
public final class Refused extends Failure {
    private final String reason;

    Refused(String subject, Trust.Refusal refusal) {
        super(ExitCode.VERIFICATION, subject + ": " + refusal.reason(), refusal.hint());
        this.reason = refusal.reason();
    }

    /** Why, without saying of which. */
    String reason() {
        return reason;
    }
}
