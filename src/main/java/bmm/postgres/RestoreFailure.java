package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A restore that did not go through without errors. */
public final class RestoreFailure extends Failure {
    private final transient List<String> errors;
    private final transient Set<String> missingRoles;

    RestoreFailure(String message, @Nullable Hint hint, List<String> errors, Set<String> missingRoles) {
        super(ExitCode.RESTORE, message, hint);
        this.errors = List.copyOf(errors);
        this.missingRoles = Set.copyOf(missingRoles);
    }

    /** The same, with what the server's log says brought the server down meanwhile. */
    public RestoreFailure afterPanic(String said) {
        List<String> all = new ArrayList<>(errors);
        all.add(said);
        return new RestoreFailure(
                getMessage() + ": " + said,
                RestoreErrors.isDiskFull(said) ? RestoreErrors.FREE_SPACE : hint(),
                all,
                missingRoles);
    }

    /** What the tool said, the first hundred errors, each with the object that it is about. */
    public List<String> errors() {
        return errors;
    }

    /** Roles that the dump names and the server does not know. */
    public Set<String> missingRoles() {
        return missingRoles;
    }
}
