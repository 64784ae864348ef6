package bmm.postgres.sandbox;

import bmm.base.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The file system as a sandbox shows it: the system's programs and libraries, those of the server, the few files of /etc
 * that they read, some devices, and one directory to work in. Everything else is not there: no home directory, no
 * settings, no data and no socket of another server.
 *
 * @param parts each behind the directory that it is in
 */
record View(List<Part> parts) {
    /** The directory to work in, as seen from inside. */
    static final Path HOME = Path.of("/cluster");

    /** The directory in it that is /tmp inside: on disk, where what is free is watched. */
    static final String TEMPORARY_AT_HOME = "tmp";

    private static final Path TEMPORARY = Path.of("/tmp");
    private static final long SHARED_MEMORY = 1L << 30;

    /** Whole /usr would show /usr/local/pgsql/data, and whatever else someone keeps there. */
    private static final List<String> SYSTEM = List.of(
            "/bin",
            "/sbin",
            "/lib",
            "/lib32",
            "/lib64",
            "/libx32",
            "/usr/bin",
            "/usr/sbin",
            "/usr/lib",
            "/usr/lib32",
            "/usr/lib64",
            "/usr/libx32",
            "/usr/libexec",
            "/usr/share",
            "/usr/local/lib",
            "/usr/local/lib64");

    /** Where libraries are, what alternatives stand for, and OpenSSL's defaults in Debian and Red Hat. */
    private static final List<String> CONFIGURATION = List.of(
            "/etc/ld.so.cache",
            "/etc/ld.so.conf",
            "/etc/ld.so.conf.d",
            "/etc/alternatives",
            "/etc/locale.alias",
            "/etc/ssl/openssl.cnf",
            "/etc/pki/tls/openssl.cnf",
            "/etc/crypto-policies",
            // Debian's dictionaries for text search.
            "/var/cache/postgresql/dicts");

    private static final List<String> DEVICES =
            List.of("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom");

    View {
        parts = List.copyOf(parts);
    }

    /**
     * What a server's programs see.
     *
     * @param home the directory to work in, which has {@link #TEMPORARY_AT_HOME} in it
     * @param own an existing directory for the files of /etc that are made up
     */
    static View of(ProgramFiles programs, Path home, Path own, DrillUser user) throws IOException {
        Builder builder = new Builder();
        SYSTEM.forEach(path -> builder.system(Path.of(path)));
        programs.directories().forEach(builder::readOnly);
        CONFIGURATION.forEach(path -> builder.readOnly(Path.of(path)));
        builder.madeUp(own, "passwd", "bmm-drill:x:" + user.uid() + ":" + user.gid() + "::" + HOME + ":/bin/sh\n");
        builder.madeUp(own, "group", "bmm-drill:x:" + user.gid() + ":\n");
        builder.madeUp(own, "hosts", "127.0.0.1 localhost\n::1 localhost\n");
        builder.madeUp(own, "nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n");
        DEVICES.forEach(path -> builder.device(Path.of(path)));
        builder.add(new Part.Memory(Path.of("/dev/shm"), SHARED_MEMORY));
        builder.add(new Part.Processes(Path.of("/proc")));
        builder.add(new Part.Writable(home, HOME));
        if (!builder.directories.contains(TEMPORARY)) {
            // Else the programs themselves lie below it.
            builder.add(new Part.Writable(home.resolve(TEMPORARY_AT_HOME), TEMPORARY));
        }
        return new View(builder.parts);
    }

    private static final class Builder {
        private final List<Part> parts = new ArrayList<>();
        private final Set<Path> directories = new HashSet<>(Set.of(Path.of("/")));

        void add(Part part) {
            folders(DurableFile.directoryOf(part.at()));
            parts.add(part);
        }

        private void folders(Path directory) {
            if (directories.add(directory)) {
                folders(DurableFile.directoryOf(directory));
                parts.add(new Part.Folder(directory));
            }
        }

        /** Distributions link some of these directories to others of them. */
        void system(Path directory) {
            try {
                if (Files.isSymbolicLink(directory)) {
                    add(new Part.Link(Files.readSymbolicLink(directory).toString(), directory));
                } else {
                    readOnly(directory);
                }
            } catch (IOException e) {
                // It is gone since, and nobody needs it.
                return;
            }
        }

        void readOnly(Path path) {
            if (Files.exists(path) && !isInSight(path)) {
                add(new Part.ReadOnly(path, path));
            }
        }

        private boolean isInSight(Path path) {
            return parts.stream()
                    .anyMatch(part ->
                            (part instanceof Part.ReadOnly || part instanceof Part.Link) && path.startsWith(part.at()));
        }

        void device(Path path) {
            if (Files.exists(path)) {
                add(new Part.Device(path));
            }
        }

        void madeUp(Path own, String name, String text) throws IOException {
            Path file = own.resolve(name);
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                Files.createFile(file);
            }
            Files.writeString(file, text);
            // Whatever the umask is.
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            add(new Part.ReadOnly(file, Path.of("/etc").resolve(name)));
        }
    }
}
