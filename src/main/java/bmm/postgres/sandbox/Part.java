package bmm.postgres.sandbox;

import java.nio.file.Path;

/** One thing that is in sight inside a sandbox. Paths are absolute. */
sealed interface Part {
    /** Its path inside. */
    Path at();

    /** An empty directory that cannot be written to. */
    record Folder(Path at) implements Part {}

    /** A file or directory of the machine's. */
    record ReadOnly(Path source, Path at) implements Part {}

    /** A directory of the machine's that can be written to. */
    record Writable(Path source, Path at) implements Part {}

    /** A device under its own name. */
    record Device(Path at) implements Part {}

    record Link(String target, Path at) implements Part {}

    /**
     * A directory in memory, mode 1777.
     *
     * @param bytes at most, where the sandbox can limit it
     */
    record Memory(Path at, long bytes) implements Part {}

    /** The processes of the sandbox. */
    record Processes(Path at) implements Part {}
}
