package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.RunLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * What a throwaway server is known by on this machine: a directory with a lock in it that lasts as long as bmm does,
 * however bmm ends. One whose lock nobody holds is what a run that was killed has left, and {@link ScratchClusters} takes
 * it away.
 */
final class ScratchDirectory implements AutoCloseable {
    static final String PREFIX = "bmm-drill-";
    static final String LOCK = ".bmm-drill.lock";
    static final String KEPT = "kept";

    private final Path path;
    private final RunLock lock;
    private boolean kept;

    private ScratchDirectory(Path path, RunLock lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Makes one, mode 0700.
     *
     * @throws Failure {@link ExitCode#PREFLIGHT} if it cannot be made
     */
    static ScratchDirectory create(Path parent, Instant now) {
        try {
            Path path = Files.createTempDirectory(parent.toAbsolutePath(), PREFIX);
            return new ScratchDirectory(path, RunLock.acquire(path.resolve(LOCK), now));
        } catch (IOException e) {
            throw cannotMake(parent, e);
        }
    }

    static Failure cannotMake(Path parent, IOException e) {
        return new Failure(
                ExitCode.PREFLIGHT,
                "cannot make a scratch cluster in " + parent + ": " + Failure.reason(e),
                "set BMM_TEMP_DIR to a directory that exists and has room",
                e);
    }

    Path path() {
        return path;
    }

    void write(String name, String text) {
        try {
            Files.writeString(path.resolve(name), text);
        } catch (IOException e) {
            throw cannotMake(path, e);
        }
    }

    /** Lets it live on when it is closed. */
    void keep() {
        write(KEPT, "");
        kept = true;
    }

    @Override
    public void close() {
        if (!kept) {
            ScratchClusters.stop(path);
        }
        lock.close();
        if (!kept) {
            ScratchClusters.remove(path);
        }
    }
}
