package bmm.dump;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.FileSystemSpace;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Where temporary files go.
 *
 * @param directory an existing one
 * @param keepFree bytes that must stay free there
 */
public record Room(Path directory, long keepFree) {
    /**
     * Refuses to go on without room for so many bytes, beside those that must stay free.
     *
     * @throws Failure {@link ExitCode#PREFLIGHT} if there is less
     */
    public void require(long needed, String why) {
        long free = free();
        if (free < needed + keepFree) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "not enough room in " + directory + ": " + Amounts.bytes(free) + " free, about "
                            + Amounts.bytes(needed) + " needed " + why
                            + (keepFree == 0 ? "" : " and " + Amounts.bytes(keepFree) + " that must stay free"),
                    "free some space, lower BMM_MIN_FREE, or set BMM_TEMP_DIR to a directory with more room");
        }
    }

    boolean has(long needed) {
        return free() >= needed + keepFree;
    }

    private long free() {
        try {
            return FileSystemSpace.usable(directory);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "cannot see how much room is left in " + directory + ": " + Failure.reason(e),
                    "set BMM_TEMP_DIR to an existing directory",
                    e);
        }
    }

    static Failure cannotWrite(Path target, IOException e) {
        return new Failure(
                ExitCode.PREFLIGHT,
                "cannot write " + target + ": " + Failure.reason(e),
                "set BMM_TEMP_DIR to a directory with more room",
                e);
    }
}
