package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.RunLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;

/**
 * What a throwaway server is known by on this machine: a directory with a lock in it that lasts as long as bmm does,
 * however bmm ends. One whose lock nobody holds is what a run that was killed has left, and {@link ScratchClusters} takes
 * it away. The server itself writes to nothing in it but {@link #HOME}.
 */
final class ScratchDirectory implements AutoCloseable {
    static final String PREFIX = "bmm-drill-";
    static final String LOCK = ".bmm-drill.lock";

    /** Says that it is to stay. */
    static final String KEPT = "kept";

    /** The server's own part, in which whatever code it runs can have put anything. */
    static final String HOME = "server";

    /** Holds the number of the process that ends the server. */
    static final String SUPERVISOR = "supervisor";

    private static final String SOCKET = ".s.PGSQL.5432";

    /** sockaddr_un holds 107 bytes (unix(7)), and PostgreSQL adds the name of its lock file. */
    private static final int LONGEST_SOCKET = 100;

    private static final int WRITABLE_BY_ALL = 0002;
    private static final int STICKY = 01000;

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
            refuseOthersHands(parent);
            Path path = Files.createTempDirectory(parent.toAbsolutePath(), PREFIX);
            return new ScratchDirectory(path, RunLock.acquire(path.resolve(LOCK), now));
        } catch (IOException e) {
            throw cannotMake(parent, e);
        }
    }

    /** Where everybody can write and no sticky bit is set, everybody can put another directory in the place of this one. */
    private static void refuseOthersHands(Path parent) throws IOException {
        int mode = (Integer) Files.getAttribute(parent, "unix:mode");
        if ((mode & WRITABLE_BY_ALL) != 0 && (mode & STICKY) == 0) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "every user can rename what is in " + parent,
                    Hint.of("chmod +t ").file(parent).and(", or set BMM_TEMP_DIR to another directory"));
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

    Path home() {
        return path.resolve(HOME);
    }

    /**
     * Makes sure that the path of a socket in it is not too long.
     *
     * @throws Failure {@link ExitCode#PREFLIGHT} if it is, or holds characters that have a meaning in a list of paths
     */
    void requireShortName() {
        if (path.resolve(HOME).resolve(SOCKET).toString().length() > LONGEST_SOCKET
                || !path.toString().matches("[A-Za-z0-9/._+-]+")) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    path.getParent() + ": the name is too long, or too odd, for a Unix socket in it",
                    "set BMM_TEMP_DIR to a short path of letters and digits, such as /var/tmp");
        }
    }

    /** Makes a directory in it that a container can write to, whoever its users are; nobody else gets there. */
    Path share(String name) {
        try {
            Path shared = Files.createDirectory(path.resolve(name));
            // Whatever the umask is.
            return Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        } catch (IOException e) {
            throw cannotMake(path, e);
        }
    }

    void write(String name, String text) {
        try {
            Files.writeString(path.resolve(name), text);
        } catch (IOException e) {
            throw cannotMake(path, e);
        }
    }

    /**
     * Takes the server's socket out of the directory that the server can write to: from there it could be replaced by a
     * link to the socket of another server, and bmm would restore into that one.
     *
     * @param socket just made, before the server has run anything of anybody's
     */
    void take(Path socket) {
        try {
            Files.move(socket, path.resolve(socket.getFileName()));
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
