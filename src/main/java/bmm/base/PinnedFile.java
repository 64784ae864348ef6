package bmm.base;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.Charset;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/**
 * A file or directory held by a descriptor (open(2), O_PATH), so that it stays the same one whatever others do to its
 * name. {@link #path} leads to it through {@code /proc/self/fd}; a name resolved against that of a directory is a name in
 * just this directory. The JDK can open relative to a directory, but neither make a directory nor a link there.
 *
 * <p>It costs some tens of milliseconds at first use, so places that only this user and root can change do without.
 */
public final class PinnedFile implements AutoCloseable {
    private static final int NO_ENTRY = 2;
    private static final int NO_ACCESS = 13;
    private static final int NO_DIRECTORY = 20;
    private static final int LOOP = 40;

    private final int descriptor;
    private final Path path;

    private PinnedFile(int descriptor) {
        this.descriptor = descriptor;
        this.path = Path.of("/proc/self/fd", String.valueOf(descriptor));
    }

    /**
     * Pins what is at a path. A last component that is a symbolic link is pinned itself, not followed.
     *
     * @throws NoSuchFileException if there is nothing
     */
    static PinnedFile of(Path path) throws IOException {
        return new PinnedFile(Native.open(path, Native.O_PATH | Native.O_NOFOLLOW | Native.O_CLOEXEC));
    }

    /**
     * Pins a directory.
     *
     * @throws NotDirectoryException if it is something else, a symbolic link to a directory too
     */
    public static PinnedFile directory(Path path) throws IOException {
        return new PinnedFile(
                Native.open(path, Native.O_PATH | Native.O_NOFOLLOW | Native.O_CLOEXEC | Native.O_DIRECTORY));
    }

    /**
     * Pins what lies behind a place that others can change. From there on no symbolic link is followed: it would be theirs.
     *
     * @throws NotDirectoryException if there is a link on the way
     */
    public static PinnedFile behind(Exposure exposure) throws IOException {
        PinnedFile at = of(exposure.at());
        for (Path name : exposure.rest()) {
            if (name.toString().isEmpty()) {
                continue;
            }
            if (name.toString().equals("..")) {
                at.close();
                throw new NotDirectoryException(exposure.at() + "/" + exposure.rest());
            }
            try (PinnedFile above = at) {
                at = of(above.path().resolve(name));
            }
        }
        return at;
    }

    /** Leads to it while it is pinned, in this process only. */
    public Path path() {
        return path;
    }

    @Override
    public void close() {
        Native.close(descriptor);
    }

    /** Two functions of the C library, linked when they are first needed. */
    private static final class Native {
        private static final boolean ARM_OR_POWER =
                System.getProperty("os.arch", "").matches("aarch64|arm.*|ppc64.*");
        // asm-generic/fcntl.h, and those of arm64 and powerpc, which differ in two.
        static final int O_DIRECTORY = ARM_OR_POWER ? 0x4000 : 0x10000;
        static final int O_NOFOLLOW = ARM_OR_POWER ? 0x8000 : 0x20000;
        static final int O_CLOEXEC = 0x80000;
        static final int O_PATH = 0x200000;

        private static final StructLayout STATE = Linker.Option.captureStateLayout();
        private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
        private static final MethodHandle OPEN = link(
                "open",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(2));
        private static final MethodHandle CLOSE =
                link("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

        /** The encoding in which the JDK itself names files. */
        private static final Charset NAMES = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

        private Native() {}

        @SuppressWarnings("restricted") // one of the reasons for --enable-native-access in the launcher
        private static MethodHandle link(String name, FunctionDescriptor descriptor, Linker.Option... options) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
        }

        static int open(Path path, int flags) throws IOException {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment state = arena.allocate(STATE);
                int descriptor = (int) OPEN.invokeExact(state, arena.allocateFrom(path.toString(), NAMES), flags);
                if (descriptor < 0) {
                    throw failure(path, (int) ERRNO.get(state, 0L));
                }
                return descriptor;
            } catch (IOException e) {
                throw e;
            } catch (Throwable e) {
                throw new IOException(path + ": cannot be pinned", e);
            }
        }

        private static IOException failure(Path path, int errno) {
            return switch (errno) {
                case NO_ENTRY -> new NoSuchFileException(path.toString());
                case NO_ACCESS -> new AccessDeniedException(path.toString());
                case NO_DIRECTORY, LOOP -> new NotDirectoryException(path.toString());
                default -> new FileSystemException(path.toString(), null, "cannot be opened (error " + errno + ")");
            };
        }

        static void close(int descriptor) {
            try {
                var unused = (int) CLOSE.invokeExact(descriptor);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
