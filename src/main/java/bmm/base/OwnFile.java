package bmm.base;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Opens files of bmm's own, such as locks, states and logs, where others may have put something else: a symbolic link, a
 * second name of another file of this user's, a pipe. What is opened is a regular file that belongs to root or this user
 * and has one name; what others own is neither read nor written. In a directory that others can change this is looked at
 * on the very file that is opened.
 */
public final class OwnFile {
    /** 0600. */
    public static final FileAttribute<?> MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final int TRIES = 20;

    /** Only root makes names there: /dev/stderr may be where the log goes. */
    private static final Path DEVICES = Path.of("/dev");

    private OwnFile() {}

    /**
     * Opens one, and makes it with mode 0600 where it is missing.
     *
     * @param options how; without CREATE and TRUNCATE_EXISTING
     * @throws NotOurs if something is there that is not to be touched
     */
    public static FileChannel openOrCreate(Path file, OpenOption... options) throws IOException {
        for (int tried = 1; ; tried++) {
            try {
                return open(file, options);
            } catch (NoSuchFileException missing) {
                try {
                    // O_EXCL does not follow a link either (open(2)).
                    return FileChannel.open(file, with(options, StandardOpenOption.CREATE_NEW), MODE);
                } catch (FileAlreadyExistsException e) {
                    if (tried == TRIES) {
                        throw e;
                    }
                }
            }
        }
    }

    /**
     * Opens one that exists.
     *
     * @throws NoSuchFileException if there is none
     * @throws NotOurs if something is there that is not to be touched
     */
    public static FileChannel open(Path file, OpenOption... options) throws IOException {
        if (DEVICES.equals(file.toAbsolutePath().getParent())) {
            return FileChannel.open(file, options);
        }
        if (Exposure.of(DurableFile.directoryOf(file)).isEmpty()) {
            check(file, FileStatus.of(file));
            return FileChannel.open(file, with(options, LinkOption.NOFOLLOW_LINKS));
        }
        try (PinnedFile pinned = PinnedFile.of(file)) {
            check(file, FileStatus.ofTarget(pinned.path()));
            return FileChannel.open(pinned.path(), Set.of(options));
        }
    }

    /**
     * Opens a file that may well be another user's, in a directory that others can change, for reading.
     *
     * @throws NotOurs if it is no regular file, or one of this user's or root's that has a name elsewhere: a hard link that
     *     others made would give them what they cannot read
     */
    public static FileChannel openOfOthers(Path file) throws IOException {
        try (PinnedFile pinned = PinnedFile.of(file)) {
            FileStatus status = FileStatus.ofTarget(pinned.path());
            if (status.kind() != FileStatus.Kind.REGULAR || status.isOurs()) {
                check(file, status);
            }
            return FileChannel.open(pinned.path(), StandardOpenOption.READ);
        }
    }

    /** Sets the time of the last change of one that was just made in a directory that others can change. */
    public static void changed(Path file, FileTime time) throws IOException {
        try (PinnedFile pinned = PinnedFile.of(file)) {
            FileStatus status = FileStatus.ofTarget(pinned.path());
            // Some network file systems show every file as another user's.
            if (status.kind() != FileStatus.Kind.REGULAR || status.links() > 1) {
                check(file, status);
            }
            Files.setLastModifiedTime(pinned.path(), time);
        }
    }

    /** All of one. */
    public static byte[] read(Path file) throws IOException {
        try (InputStream in = Channels.newInputStream(open(file, StandardOpenOption.READ))) {
            return in.readAllBytes();
        }
    }

    /** Writes at the end of one, which is made where it is missing. */
    public static void append(Path file, byte[] bytes, OpenOption... options) throws IOException {
        try (FileChannel channel =
                openOrCreate(file, with(options, StandardOpenOption.APPEND).toArray(OpenOption[]::new))) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }

    private static Set<OpenOption> with(OpenOption[] options, OpenOption more) {
        Set<OpenOption> all = new HashSet<>(Arrays.asList(options));
        all.add(more);
        return all;
    }

    private static void check(Path file, FileStatus status) throws IOException {
        String problem = switch (status.kind()) {
            case LINK -> "is a symbolic link";
            case DIRECTORY -> "is a directory";
            case OTHER -> "is not a regular file";
            case REGULAR -> ofRegular(status);
        };
        if (!problem.isEmpty()) {
            throw new NotOurs(file, problem);
        }
    }

    private static String ofRegular(FileStatus status) {
        if (!status.isOurs()) {
            return "belongs to " + SystemAccounts.userName(status.user());
        }
        // 0: it was removed since it was opened; a second name may be one in a place that matters.
        return status.links() > 1 ? "has another name elsewhere (a hard link)" : "";
    }

    /** Something else is where a file of bmm's own should be. */
    public static final class NotOurs extends FileSystemException {
        private static final long serialVersionUID = 1;

        NotOurs(Path file, String reason) {
            super(file.toString(), null, reason + ", which bmm does not touch");
        }
    }
}
