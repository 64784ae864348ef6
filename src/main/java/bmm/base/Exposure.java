package bmm.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Somebody other than root and this user decides what a path leads to: who owns one of the directories, links or files on
 * the way there, or may write to one. POSIX access lists show in the bits of the group.
 *
 * @param at what is owned or written by others
 * @param owned whether it belongs to somebody else; otherwise others may write to it
 * @param who its owner, or who may write to it, for messages
 * @param rest the further way, empty where {@code at} is all of it
 */
public record Exposure(Path at, boolean owned, String who, Path rest) {
    private static final Path NOTHING = Path.of("");

    /** As many as the kernel follows (path_resolution(7)). */
    private static final int MOST_LINKS = 40;

    /** What everyone writes to, and nobody exchanges. */
    private static final Path DEVICES = Path.of("/dev");

    /** Descriptors of this process, where /dev/stdin and the like lead to. */
    private static final Path PROCESSES = Path.of("/proc");

    /**
     * The first one on the way to a path, the path itself included. What does not exist yet is nobody's.
     *
     * @throws IOException if a directory on the way cannot be entered
     */
    public static Optional<Exposure> of(Path path) throws IOException {
        Deque<Path> left = new ArrayDeque<>();
        Path at = Path.of("/");
        push(left, path.toAbsolutePath());
        for (int links = 0; ; ) {
            if (left.isEmpty() || at.startsWith(PROCESSES)) {
                return Optional.empty();
            }
            // The one that is real so far has no links in it, so that .. is what it looks like.
            Path next = at.resolve(left.pop()).normalize();
            FileStatus status;
            try {
                status = FileStatus.of(next);
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
            Optional<Exposure> found = of(next, status);
            if (found.isPresent()) {
                return found.map(exposure -> exposure.before(left));
            }
            if (status.kind() != FileStatus.Kind.LINK) {
                at = next;
            } else if (++links > MOST_LINKS) {
                throw new IOException(path + ": too many levels of symbolic links");
            } else {
                Path target = Files.readSymbolicLink(next);
                at = target.isAbsolute() ? Path.of("/") : at;
                push(left, target);
            }
        }
    }

    /** That of a directory by itself, also where its sticky bit only keeps others from exchanging what is in it. */
    public static Optional<Exposure> openDirectory(Path directory) {
        try {
            FileStatus status = FileStatus.ofTarget(directory);
            return status.isOurs()
                    ? writable(directory, status, status.groupWrites() && SystemAccounts.hasOthers(status.group()))
                    : of(directory, status);
        } catch (IOException e) {
            return Optional.empty(); // whoever opens it is told
        }
    }

    private Exposure before(Iterable<Path> left) {
        Path further = NOTHING;
        for (Path name : left) {
            further = further.resolve(name);
        }
        return new Exposure(at, owned, who, further);
    }

    private static void push(Deque<Path> left, Path path) {
        for (int i = path.getNameCount() - 1; i >= 0; i--) {
            left.push(path.getName(i));
        }
    }

    /** That of one file or directory, whatever is above it. */
    static Optional<Exposure> of(Path path, FileStatus status) {
        if (!status.isOurs()) {
            return Optional.of(new Exposure(path, true, SystemAccounts.userName(status.user()), NOTHING));
        }
        if (status.kind() == FileStatus.Kind.OTHER && DEVICES.equals(path.getParent())) {
            return Optional.empty();
        }
        // Where only owners can rename and remove, what comes next is looked at for itself.
        if (status.kind() == FileStatus.Kind.DIRECTORY && status.isSticky()) {
            return Optional.empty();
        }
        return writable(path, status, status.groupWrites() && SystemAccounts.hasOthers(status.group()));
    }

    /** Who else may write to it by its mode. */
    static Optional<Exposure> writable(Path path, FileStatus status, boolean groupCounts) {
        if (status.everyoneWrites()) {
            return Optional.of(new Exposure(path, false, "everyone", NOTHING));
        }
        return status.groupWrites() && groupCounts
                ? Optional.of(new Exposure(path, false, "group " + SystemAccounts.groupName(status.group()), NOTHING))
                : Optional.empty();
    }

    /** In words: {@code /srv/app belongs to deploy}. */
    public String inWords() {
        return at + (owned ? " belongs to " + who : " can be written by " + who);
    }

    /** The command that ends it. */
    public Hint remedy() {
        Hint command = owned
                ? Hint.of("chown ")
                        .name(SystemAccounts.userName(SystemAccounts.current()))
                        .and(" ")
                : Hint.of("chmod go-w ");
        return command.file(at);
    }
}
