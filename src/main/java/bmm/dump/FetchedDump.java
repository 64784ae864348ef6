package bmm.dump;

import bmm.base.Amounts;
import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.TemporaryDirectory;
import bmm.catalog.Manifest;
import bmm.dump.Backups.AtStore;
import bmm.dump.Backups.Found;
import bmm.dump.Backups.OnDisk;
import bmm.dump.Backups.Origin;
import bmm.dump.DumpForm.Archive;
import bmm.stream.Compression;
import bmm.stream.MeasuredInput;
import bmm.stream.Progress;
import bmm.stream.Tar;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A dump on this machine, its bytes compared with the manifest before anything else is done with them. Closing it removes
 * everything that was fetched or unpacked.
 */
public final class FetchedDump implements AutoCloseable {
    /** What the names of temporary directories begin with. */
    public static final String PURPOSE = "bmm-dump";

    private static final Logger LOG = LoggerFactory.getLogger(FetchedDump.class);

    /** How much larger than its file a compressed dump is taken to be where no manifest says it. */
    private static final long USUAL_RATIO = 10;

    /** What an archive holds beside table data. */
    private static final long OVERHEAD = 4_000_000;

    /**
     * Where temporary files go.
     *
     * @param directory an existing one
     * @param keepFree bytes that must stay free there
     */
    public record Room(Path directory, long keepFree) {}

    /** What pg_restore or psql can read. */
    public sealed interface Content {}

    /** An archive in custom format, to be read anywhere, so that several jobs can share it. */
    public record CustomFile(Path path) implements Content {}

    /** An archive in custom format, to be read from beginning to end. */
    public record CustomStream(Source source) implements Content {}

    /** An archive in directory format. */
    public record Directory(Path path) implements Content {}

    /** SQL text for psql. */
    public record Sql(Source source) implements Content {}

    /** Opens the same bytes as often as it is asked. */
    public interface Source {
        InputStream open() throws IOException;
    }

    private final Found found;
    private final Room room;
    private final Progress progress;
    private final TemporaryDirectory temporary;
    private final Path path;
    private final DumpForm form;

    private FetchedDump(
            Found found, Room room, Progress progress, TemporaryDirectory temporary, Path path, DumpForm form) {
        this.found = found;
        this.room = room;
        this.progress = progress;
        this.temporary = temporary;
        this.path = path;
        this.form = form;
    }

    /**
     * Fetches it if it is elsewhere, and compares size and hash with the manifest if there is one.
     *
     * @throws Failure {@link ExitCode#VERIFICATION} if they differ or it is no dump, {@link ExitCode#PREFLIGHT} if there is
     *     no room, {@link ExitCode#STORE} if it cannot be fetched
     */
    public static FetchedDump fetch(Found found, Room room, Instant now, Progress progress) {
        Manifest manifest = found.manifest();
        if (manifest != null && found.dump().bytes() != manifest.dump().bytes()) {
            throw damaged(found.file() + ": " + Amounts.count(found.dump().bytes()) + " bytes, but the manifest says "
                    + Amounts.count(manifest.dump().bytes()));
        }
        TemporaryDirectory temporary = TemporaryDirectory.create(room.directory(), PURPOSE, now);
        boolean done = false;
        try {
            String expected = manifest == null ? null : manifest.dump().sha256();
            Path path = atHand(found.dump(), expected, temporary.path(), room, progress);
            FetchedDump fetched = new FetchedDump(found, room, progress, temporary, path, formOf(found, path));
            done = true;
            return fetched;
        } finally {
            if (!done) {
                temporary.close();
            }
        }
    }

    /** Bytes that fetching it will take in the temporary directory. */
    public static long roomToFetch(Found found) {
        return found.dump() instanceof AtStore remote ? remote.bytes() : 0;
    }

    private static Path atHand(Origin origin, @Nullable String sha256, Path directory, Room room, Progress progress) {
        return switch (origin) {
            case OnDisk file -> {
                if (sha256 != null) {
                    compare(file, sha256, progress);
                }
                yield file.path();
            }
            case AtStore object -> fetch(object, sha256, directory, room, progress);
        };
    }

    private static void compare(OnDisk file, String sha256, Progress progress) {
        progress.begin("check " + file.file(), file.bytes());
        try (MeasuredInput in = new MeasuredInput(Files.newInputStream(file.path()), progress::bytes)) {
            in.drain();
            checkHash(file.file(), in.sha256(), sha256);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.VERIFICATION,
                    file.path() + " cannot be read: " + Failure.reason(e),
                    "check the disk it is on; take another copy of this backup with --from STORE",
                    e);
        } finally {
            progress.end();
        }
    }

    private static Path fetch(AtStore object, @Nullable String sha256, Path directory, Room room, Progress progress) {
        checkRoom(room, object.bytes(), "for fetching " + object.file());
        Path target = directory.resolve(object.file());
        progress.begin("fetch " + object.file(), object.bytes());
        try (MeasuredInput in = new MeasuredInput(object.open(), progress::bytes);
                OutputStream out = Channels.newOutputStream(DurableFile.create(target))) {
            in.transferTo(out);
            if (sha256 != null) {
                checkHash(object.store().name() + "/" + object.key(), in.sha256(), sha256);
            }
            return target;
        } catch (IOException e) {
            // What the store itself has to say is a Failure already.
            throw cannotWrite(target, e);
        } finally {
            progress.end();
        }
    }

    private static void checkHash(String subject, String found, String expected) {
        if (!found.equals(expected)) {
            throw damaged(subject + ": its hash is not the one in the manifest");
        }
    }

    private static DumpForm formOf(Found found, Path path) {
        try {
            return DumpForm.of(path);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.VERIFICATION,
                    found.file() + ": " + reason(e),
                    "known are what pg_dump writes with -Fc, -Fd, -Ft and -Fp, as it is or in gzip or zstd",
                    e);
        }
    }

    /** What it is. */
    public DumpForm form() {
        return form;
    }

    /** What was found, with its manifest. */
    public Found found() {
        return found;
    }

    /**
     * Makes it readable for pg_restore or psql. A compressed archive is decompressed into a temporary file if it is to be
     * read in several places at once and there is room; else it comes as a stream.
     *
     * @param randomAccess whether several jobs will read it
     * @throws Failure {@link ExitCode#VERIFICATION} if it cannot be decoded, {@link ExitCode#PREFLIGHT} if there is no room
     */
    public Content content(boolean randomAccess) {
        Source decompressed = this::decompressed;
        return switch (form.archive()) {
            case DIRECTORY -> new Directory(path);
            case TAR -> new Directory(unpacked());
            case PLAIN -> {
                checkSql();
                yield new Sql(decompressed);
            }
            case CUSTOM -> {
                if (form.compression() == Compression.NONE) {
                    yield new CustomFile(path);
                }
                Optional<Path> file = randomAccess && hasRoomToDecompress() ? decompressedFile() : Optional.empty();
                yield file.<Content>map(CustomFile::new).orElseGet(() -> new CustomStream(decompressed));
            }
        };
    }

    private InputStream decompressed() throws IOException {
        return form.compression().decompress(new BufferedInputStream(Files.newInputStream(path), 1 << 16));
    }

    private boolean hasRoomToDecompress() {
        boolean enough = free(room) >= decompressedBytes() + room.keepFree();
        if (!enough) {
            LOG.atInfo()
                    .addKeyValue("directory", room.directory())
                    .log("no room to decompress the dump beside it: it is restored as a stream, with one job");
        }
        return enough;
    }

    private long decompressedBytes() {
        Manifest manifest = found.manifest();
        if (form.compression() == Compression.NONE) {
            return found.dump().bytes();
        }
        return manifest != null
                ? manifest.dump().dataBytes() + OVERHEAD
                : found.dump().bytes() * USUAL_RATIO;
    }

    /** None if the disk was full before its end: without a manifest nobody knows how large it becomes. */
    private Optional<Path> decompressedFile() {
        Path target = temporary.path().resolve("archive");
        try {
            work("decompress", decompressedBytes(), target, told -> {
                try (InputStream in = decompressed();
                        OutputStream out = Channels.newOutputStream(DurableFile.create(target))) {
                    copy(in, out, told);
                }
            });
            return Optional.of(target);
        } catch (Failure e) {
            if (e.exitCode() != ExitCode.PREFLIGHT || !target.toFile().delete()) {
                throw e;
            }
            LOG.atInfo().log("{}: it is restored as a stream, with one job", e.getMessage());
            return Optional.empty();
        }
    }

    private Path unpacked() {
        checkRoom(room, decompressedBytes(), "for unpacking " + found.file());
        Path target = temporary.path().resolve("directory");
        work("unpack", decompressedBytes(), target, told -> {
            Files.createDirectory(target);
            try (InputStream in = decompressed()) {
                Tar.unpack(in, target, told);
            }
            if (!Files.exists(target.resolve("toc.dat"))) {
                throw new IOException("a tar without toc.dat is no dump");
            }
        });
        return target;
    }

    /** Of a dump with a manifest this was found out before it became a backup. */
    private void checkSql() {
        if (found.manifest() != null) {
            return;
        }
        work("check", decompressedBytes(), path, told -> {
            try (InputStream in = decompressed()) {
                SqlDump.check(in, told);
            }
        });
    }

    /**
     * Writes the dump, decompressed, to a file of its own.
     *
     * @throws Failure {@link ExitCode#USAGE} if the file exists
     */
    public void writeTo(Path file) {
        if (Files.exists(file)) {
            throw exists(file);
        }
        if (form.archive() == Archive.DIRECTORY) {
            throw new Failure(ExitCode.USAGE, path + " is a directory, not a file", "copy it with cp -r");
        }
        checkRoom(new Room(DurableFile.directoryOf(file), 0), decompressedBytes(), "for " + file);
        Path partial = file.resolveSibling(file.getFileName() + DurableFile.PARTIAL);
        work("write", decompressedBytes(), file, told -> {
            boolean created = false;
            try (InputStream in = decompressed();
                    OutputStream out = Channels.newOutputStream(DurableFile.create(partial))) {
                created = true;
                copy(in, out, told);
                // Unlike a rename, a link never replaces what appeared there meanwhile.
                Files.createLink(file, partial);
                DurableFile.syncDirectory(DurableFile.directoryOf(file));
            } finally {
                if (created) {
                    Files.deleteIfExists(partial);
                }
            }
        });
    }

    private static Failure exists(Path file) {
        return new Failure(
                ExitCode.USAGE,
                file + " is there already",
                "nothing is overwritten: name another file, or remove this one");
    }

    /**
     * Roles and tablespaces as SQL text, fetched and compared with the manifest.
     *
     * @throws Failure {@link ExitCode#VERIFICATION} if the manifest names them and they are not there or not the same
     */
    public Optional<Path> globals() {
        Manifest manifest = found.manifest();
        Origin origin = found.globals();
        if (manifest == null || manifest.globals() == null || origin == null) {
            return Optional.empty();
        }
        boolean there = switch (origin) {
            case OnDisk file -> Files.exists(file.path());
            case AtStore object -> object.store().head(object.key()).isPresent();
        };
        if (!there) {
            throw damaged(origin.file() + ": the manifest names it, but it is not there");
        }
        return Optional.of(atHand(origin, manifest.globals().sha256(), temporary.path(), room, progress));
    }

    private static void copy(InputStream in, OutputStream out, LongConsumer told) throws IOException {
        byte[] buffer = new byte[1 << 18];
        long done = 0;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            out.write(buffer, 0, count);
            done += count;
            told.accept(done);
        }
    }

    private interface Work {
        void run(LongConsumer told) throws IOException;
    }

    private void work(String verb, long bytes, Path target, Work work) {
        progress.begin(verb + " " + found.file(), bytes);
        try {
            work.run(progress::bytes);
        } catch (FileAlreadyExistsException e) {
            throw exists(target);
        } catch (IOException e) {
            if (isFull(e)) {
                throw cannotWrite(target, e);
            }
            throw new Failure(
                    ExitCode.VERIFICATION, found.file() + ": " + reason(e), "take another copy of this backup", e);
        } finally {
            progress.end();
        }
    }

    private static String reason(IOException e) {
        return e instanceof EOFException && e.getMessage() == null ? "it ends too early" : Failure.reason(e);
    }

    private static boolean isFull(IOException e) {
        String reason = Failure.reason(e);
        return reason.contains("No space") || reason.contains("quota");
    }

    private static Failure cannotWrite(Path target, IOException e) {
        return new Failure(
                ExitCode.PREFLIGHT,
                "cannot write " + target + ": " + Failure.reason(e),
                "set BMM_TEMP_DIR to a directory with more room",
                e);
    }

    private static void checkRoom(Room room, long needed, String why) {
        long free = free(room);
        if (free < needed + room.keepFree()) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "not enough room in " + room.directory() + ": " + Amounts.bytes(free) + " free, about "
                            + Amounts.bytes(needed) + " needed " + why
                            + (room.keepFree() == 0
                                    ? ""
                                    : " and " + Amounts.bytes(room.keepFree()) + " that must stay free"),
                    "free some space, lower BMM_MIN_FREE, or set BMM_TEMP_DIR to a directory with more room");
        }
    }

    private static long free(Room room) {
        try {
            return Files.getFileStore(room.directory()).getUsableSpace();
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "cannot see how much room is left in " + room.directory() + ": " + Failure.reason(e),
                    "set BMM_TEMP_DIR to an existing directory",
                    e);
        }
    }

    private static Failure damaged(String message) {
        return new Failure(
                ExitCode.VERIFICATION,
                message,
                "do not trust this copy: take another one with --from STORE, or an earlier backup with --at DATE");
    }

    @Override
    public void close() {
        temporary.close();
    }
}
