package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import com.google.errorprone.annotations.CompileTimeConstant;
import org.jspecify.annotations.Nullable;

/**
 * A table could not be locked in time. Within a snapshot, whose locks are held already, this means that someone who
 * waits for them stands in the queue before pg_dump or a worker: it never ends by waiting, only by letting go.
 */
public final class TableBusy extends Failure {
    TableBusy(String message, @CompileTimeConstant final String hint, @Nullable Throwable cause) {
        super(ExitCode.DUMP, message, hint, cause);
    }
}
