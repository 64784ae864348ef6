package bmm.dump;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.FileSystemSpace;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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

    /**
     * A stream to a file there that stops before it takes what must stay free, whatever was announced: what is written may
     * come from anybody, and others write there too.
     */
    OutputStream guard(OutputStream out, Path target) {
        return new Guarded(out, target);
    }

    /** Writes up to a step, then looks again. */
    private final class Guarded extends FilterOutputStream {
        private static final long STEP = 8 << 20;

        private final Path target;
        private long allowed;

        Guarded(OutputStream out, Path target) {
            super(out);
            this.target = target;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length > allowed) {
                allowed = Math.min(STEP + length, free() - keepFree);
                if (length > allowed) {
                    throw full(target);
                }
            }
            out.write(bytes, offset, length);
            allowed -= length;
        }
    }

    private Failure full(Path target) {
        return new Failure(
                ExitCode.PREFLIGHT,
                "cannot write " + target + ": not enough room in " + directory + ", where " + Amounts.bytes(keepFree)
                        + " must stay free",
                "free some space, lower BMM_MIN_FREE, or set BMM_TEMP_DIR to a directory with more room");
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
