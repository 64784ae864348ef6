package bmm.dump;

import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.catalog.BackupName;
import bmm.catalog.Manifest;
import bmm.dump.DumpContent.CustomFile;
import bmm.dump.DumpContent.CustomStream;
import bmm.dump.DumpContent.Directory;
import bmm.dump.DumpContent.Source;
import bmm.dump.DumpContent.Sql;
import bmm.dump.DumpForm.Archive;
import bmm.stream.Bounded;
import bmm.stream.Compression;
import bmm.stream.Progress;
import bmm.stream.Tar;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the bytes of a dump readable for pg_restore, which knows no outer compression and no tar of a directory.
 *
 * @param path the dump as it is stored
 * @param temporary where to unpack it
 * @param room what may be used there
 */
record Unpacking(Found found, Path path, DumpForm form, Path temporary, Room room, Progress progress) {
    private static final Logger LOG = LoggerFactory.getLogger(Unpacking.class);

    /** How much larger than its file a compressed dump is taken to be where no manifest says it. */
    private static final long USUAL_RATIO = 10;

    /** What an archive holds beside table data. */
    private static final long OVERHEAD = 4_000_000;

    /** As {@link FetchedDump#content}. */
    DumpContent content(boolean randomAccess) {
        Source decompressed = this::decompressed;
        return switch (form.archive()) {
            case DIRECTORY -> new Directory(path);
            case TAR -> new Directory(unpacked());
            case PLAIN -> {
                checkSql();
                yield new Sql(decompressed);
            }
            case CUSTOM -> {
                if (form.isPlain()) {
                    yield new CustomFile(path);
                }
                Optional<Path> file = randomAccess && hasRoomToDecompress() ? decompressedFile() : Optional.empty();
                yield file.<DumpContent>map(CustomFile::new).orElseGet(() -> new CustomStream(decompressed));
            }
        };
    }

    /** Never more than was announced: whoever reads it may be a server, a pipe or a disk. */
    private InputStream decompressed() throws IOException {
        InputStream opened = form.open(path, found.identities());
        return form.isPlain() ? opened : new Bounded(opened, limits().unpacked());
    }

    private Limits limits() {
        return Limits.of(found.manifest(), found.dump().bytes());
    }

    private boolean hasRoomToDecompress() {
        boolean enough = room.has(decompressedBytes());
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
        if (manifest == null) {
            return found.dump().bytes() * USUAL_RATIO;
        }
        Long exactly = manifest.dump().unpackedBytes();
        return exactly == null ? manifest.dump().dataBytes() + OVERHEAD : exactly;
    }

    /** None if the disk was full before its end: without a manifest nobody knows how large it becomes. */
    private Optional<Path> decompressedFile() {
        Path target = temporary.resolve("archive");
        try {
            work("decompress", decompressedBytes(), target, told -> {
                try (InputStream in = decompressed();
                        OutputStream out = created(target)) {
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
        room.require(decompressedBytes(), "for unpacking " + found.file());
        Path target = temporary.resolve("directory");
        work("unpack", decompressedBytes(), target, told -> {
            DurableFile.createDirectories(target);
            try (InputStream in = decompressed()) {
                Tar.unpack(in, name -> created(target.resolve(name)), told);
            }
            if (!Files.exists(target.resolve("toc.dat"))) {
                throw new IOException("a tar without toc.dat is no dump");
            }
            linkListsOfLargeObjects(target);
        });
        return target;
    }

    /**
     * In a directory pg_restore looks for a list of large objects under the name that the table of contents has for it. From 17 on
     * pg_dump -Ft writes there {@code 3418.dat}, and calls the file {@code blobs_3418.toc}.
     */
    private static void linkListsOfLargeObjects(Path directory) throws IOException {
        try (DirectoryStream<Path> lists = Files.newDirectoryStream(directory, "blobs_*.toc")) {
            for (Path list : lists) {
                Path announced =
                        directory.resolve(String.valueOf(list.getFileName()).replaceAll("\\D", "") + ".dat");
                if (!Files.exists(announced)) {
                    Files.createLink(announced, list);
                }
            }
        }
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

    /** As {@link FetchedDump#writeTo}. */
    void writeTo(Path file) {
        if (Files.exists(file)) {
            throw exists(file);
        }
        if (form.archive() == Archive.DIRECTORY) {
            throw new Failure(ExitCode.USAGE, path + " is a directory, not a file", "copy it with cp -r");
        }
        Room there = new Room(DurableFile.directoryOf(file), room.keepFree());
        there.require(decompressedBytes(), "for " + file);
        Path partial = file.resolveSibling(file.getFileName() + DurableFile.PARTIAL);
        work("write", decompressedBytes(), file, told -> {
            boolean created = false;
            try (InputStream in = decompressed();
                    OutputStream out = there.guard(Channels.newOutputStream(DurableFile.create(partial)), partial)) {
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

    /** A smaller file beside the dump, such as its globals; made once. */
    Path decrypted(Path stored) {
        Path target = temporary.resolve(BackupName.withoutAge(String.valueOf(stored.getFileName())));
        if (Files.exists(target)) {
            return target;
        }
        work("decrypt", 0, target, told -> {
            // Encryption only adds to it.
            try (InputStream in =
                            new Bounded(found.identities().decrypt(Files.newInputStream(stored)), Files.size(stored));
                    OutputStream out = created(target)) {
                copy(in, out, told);
            }
        });
        return target;
    }

    private OutputStream created(Path target) throws IOException {
        return room.guard(Channels.newOutputStream(DurableFile.create(target)), target);
    }

    private static Failure exists(Path file) {
        return new Failure(
                ExitCode.USAGE,
                file + " is there already",
                "nothing is overwritten: name another file, or remove this one");
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
                throw Room.cannotWrite(target, e);
            }
            throw new Failure(
                    ExitCode.VERIFICATION, found.file() + ": " + reason(e), "take another copy of this backup", e);
        } finally {
            progress.end();
        }
    }

    /** What is wrong with a dump, in words. */
    static String reason(IOException e) {
        if (e instanceof Bounded.TooMuch) {
            return "it unpacks to more than its manifest, or its size, allows: " + Failure.reason(e);
        }
        return e instanceof EOFException && e.getMessage() == null ? "it ends too early" : Failure.reason(e);
    }

    private static boolean isFull(IOException e) {
        String reason = Failure.reason(e);
        return reason.contains("No space") || reason.contains("quota");
    }
}
