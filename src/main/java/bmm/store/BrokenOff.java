package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import com.google.errorprone.annotations.CompileTimeConstant;
import org.jspecify.annotations.Nullable;

/** The store was not reached, or the connection to it broke off: the same request may well succeed in a moment. */
final class BrokenOff extends Failure {
    BrokenOff(String message, @CompileTimeConstant final String hint, @Nullable Throwable cause) {
        this(message, Hint.of(hint), cause);
    }

    BrokenOff(String message, Hint hint, @Nullable Throwable cause) {
        super(ExitCode.STORE, message, hint, cause);
    }
}
