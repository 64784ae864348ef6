package bmm.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.FileSystemSpace;
import bmm.catalog.BackupName;
import bmm.catalog.Catalog;
import bmm.dump.Origin.AtStore;
import bmm.store.FileStore;
import bmm.store.ObjectStore;
import bmm.stream.Bounded;
import bmm.stream.Compression;
import bmm.stream.Identities;
import bmm.stream.Progress;
import bmm.stream.Tar;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** A store may send anything: what comes out of it is bounded, in memory and on disk, and nothing is left behind. */
@Timeout(120)
final class BombTest {
    private static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");
    private static final long BOMB = 600L << 20;
    private static final byte[] ARCHIVE = "PGDMP".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path root;

    private Path store;
    private Path temporary;

    @BeforeEach
    void directories() throws IOException {
        store = Files.createDirectory(root.resolve("store"));
        temporary = Files.createDirectory(root.resolve("tmp"));
    }

    private void nothingIsLeft() {
        assertThat(temporary).isEmptyDirectory();
    }

    private static void fails(ThrowingCallable call, ExitCode code, String words) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Failure.class, failure -> {
            assertThat(failure.exitCode()).as(failure.getMessage()).isEqualTo(code);
            assertThat(failure.getMessage()).contains(words).hasLineCount(1);
        });
    }

    /** So many zeros behind some bytes, compressed. */
    private static byte[] bomb(Compression compression, byte[] head, long zeros) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = compression.compress(bytes, 1)) {
            out.write(head);
            byte[] block = new byte[1 << 20];
            for (long left = zeros; left > 0; left -= block.length) {
                out.write(block, 0, (int) Math.min(left, block.length));
            }
        }
        return bytes.toByteArray();
    }

    /** A backup whose manifest announces no more than its stored size. */
    private Found announced(byte[] dump) {
        BackupName name = BackupFiles.write(store, "a", "2026-11-01T03:00:00Z", ".dump.zst", dump);
        return NamedDump.at(store.resolve(name.file(".dump.zst")), Identities.NONE, BackupFiles.ANYONE);
    }

    private FetchedDump fetch(Found found) {
        return FetchedDump.fetch(found, new Room(temporary, 0), NOW, Progress.NONE);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void aCompressedArchive(Compression compression) throws IOException {
        Found found = announced(bomb(compression, ARCHIVE, BOMB));

        try (FetchedDump fetched = fetch(found)) {
            fails(() -> fetched.content(true), ExitCode.VERIFICATION, "it unpacks to more than");
            fails(() -> fetched.writeTo(root.resolve("out")), ExitCode.VERIFICATION, "it unpacks to more than");
            DumpContent.CustomStream piped = (DumpContent.CustomStream) fetched.content(false);
            try (InputStream in = piped.source().open()) {
                assertThatThrownBy(() -> in.transferTo(OutputStream.nullOutputStream()))
                        .isInstanceOf(Bounded.TooMuch.class);
            }
        }
        assertThat(root.resolve("out")).doesNotExist();
        assertThat(root.resolve("out.partial")).doesNotExist();
        nothingIsLeft();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void aTar(Compression compression) throws IOException {
        Path directory = Files.createDirectory(root.resolve("d"));
        Files.write(directory.resolve("toc.dat"), ARCHIVE);
        try (OutputStream out = Files.newOutputStream(directory.resolve("1.dat"))) {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 300; i++) {
                out.write(zeros);
            }
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = compression.compress(packed, 1)) {
            Tar.pack(directory, "toc.dat", out);
        }
        Found found = announced(packed.toByteArray());

        try (FetchedDump fetched = fetch(found)) {
            fails(() -> fetched.content(true), ExitCode.VERIFICATION, "it unpacks to more than");
        }
        nothingIsLeft();
    }

    @Test
    void sqlText() throws IOException {
        byte[] head = "--\n-- PostgreSQL database dump\n--\n".getBytes(StandardCharsets.US_ASCII);
        Found found = announced(bomb(Compression.GZIP, head, BOMB));

        try (FetchedDump fetched = fetch(found);
                InputStream in =
                        ((DumpContent.Sql) fetched.content(true)).source().open()) {
            assertThatThrownBy(() -> in.transferTo(OutputStream.nullOutputStream()))
                    .isInstanceOf(Bounded.TooMuch.class);
        }
    }

    @Test
    void theWholeDecoded() throws IOException {
        byte[] dump = bomb(Compression.ZSTD, ARCHIVE, BOMB);
        for (DumpKind kind : new DumpKind[] {DumpKind.CUSTOM_ZSTD, DumpKind.DIRECTORY, DumpKind.PLAIN_GZIP}) {
            byte[] bytes = kind == DumpKind.PLAIN_GZIP ? bomb(Compression.GZIP, new byte[0], BOMB) : dump;
            assertThatThrownBy(() -> DumpDecoder.decode(
                            new ByteArrayInputStream(bytes), kind, null, new Limits(1 << 20, 1 << 20)))
                    .isInstanceOf(IOException.class);
        }
    }

    /** Without a manifest nobody says how much it is, but so much must stay free. */
    @Test
    void whatMustStayFreeStaysFree() throws IOException {
        long free = FileSystemSpace.usable(temporary);
        long may = 64L << 20;
        Path file = root.resolve("x.tar.zst");
        Path directory = Files.createDirectory(root.resolve("d"));
        try (OutputStream out = Files.newOutputStream(directory.resolve("toc.dat"))) {
            for (int i = 0; i < 400; i++) {
                out.write(new byte[1 << 20]);
            }
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = Compression.ZSTD.compress(packed, 1)) {
            Tar.pack(directory, "toc.dat", out);
        }
        Files.write(file, packed.toByteArray());
        Files.delete(directory.resolve("toc.dat"));
        Room room = new Room(temporary, free - may);
        AtomicReference<Long> most = new AtomicReference<>(0L);
        Thread watching = Thread.ofVirtual().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                most.accumulateAndGet(size(temporary), Math::max);
            }
        });

        Found found = NamedDump.at(file, Identities.NONE, BackupFiles.ANYONE);
        try (FetchedDump fetched = FetchedDump.fetch(found, room, NOW, Progress.NONE)) {
            fails(() -> fetched.content(true), ExitCode.PREFLIGHT, "must stay free");
        } finally {
            watching.interrupt();
        }
        assertThat(most.get()).isLessThan(may + (200L << 20));
        nothingIsLeft();
    }

    private static long size(Path directory) {
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    /** A store that lists what is there, and sends without end. */
    private ObjectStore endless(ObjectStore real) {
        return (ObjectStore) Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (proxy, method, arguments) -> {
                    try {
                        Object answer = method.invoke(real, arguments);
                        return answer instanceof InputStream in ? new SequenceInputStream(in, new Zeros()) : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static final class Zeros extends InputStream {
        @Override
        public int read() {
            return 0;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            return length;
        }
    }

    @Test
    void aStoreThatSendsMoreThanItLists() throws IOException {
        Found local = announced(bomb(Compression.ZSTD, ARCHIVE, 1000));
        ObjectStore endless = endless(FileStore.flat(store));
        String globals = "a-20261101T030000Z.globals.sql";
        Found remote = new Found(
                local.database(),
                local.name(),
                "there",
                new AtStore(endless, local.file(), local.dump().bytes()),
                new AtStore(endless, globals, 8),
                local.manifest(),
                Identities.NONE,
                null,
                false,
                null,
                List.of());

        fails(() -> fetch(remote), ExitCode.VERIFICATION, "it holds more than");
        Found globalsOnly = new Found(
                local.database(),
                local.name(),
                "here",
                local.dump(),
                remote.globals(),
                local.manifest(),
                Identities.NONE,
                null,
                false,
                null,
                List.of());
        try (FetchedDump fetched = fetch(globalsOnly)) {
            fails(fetched::globals, ExitCode.VERIFICATION, "it holds more than");
        }
        nothingIsLeft();
        Catalog catalog = Catalog.read(endless, "");
        fails(() -> catalog.manifest(catalog.of("a").getFirst()), ExitCode.VERIFICATION, "more than");
    }

    @Test
    void anEncryptedHeaderWithoutEnd() {
        byte[] stanza =
                ("-> X25519 " + "A".repeat(43) + "\n" + "B".repeat(43) + "\n").getBytes(StandardCharsets.US_ASCII);
        InputStream endless = new SequenceInputStream(
                new ByteArrayInputStream("age-encryption.org/v1\n".getBytes(StandardCharsets.US_ASCII)),
                new InputStream() {
                    private int at;

                    @Override
                    public int read() {
                        return stanza[at++ % stanza.length];
                    }

                    @Override
                    public int read(byte[] bytes, int offset, int length) {
                        for (int i = 0; i < length; i++) {
                            bytes[offset + i] = (byte) read();
                        }
                        return length;
                    }
                });
        // Of age's own test vectors.
        Identities identities =
                Identities.parse("AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX");

        assertThatThrownBy(() -> identities.decrypt(endless)).isInstanceOf(IOException.class);
    }

    /** RFC 8878: a frame says itself how much memory its window takes. */
    @Test
    void aWindowOfTwoGigabytes() {
        byte[] frame = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x00, (byte) (21 << 3), 0x01, 0x00, 0x00};

        assertThatThrownBy(() -> Compression.ZSTD
                        .decompress(new ByteArrayInputStream(frame))
                        .readAllBytes())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("memory");
    }
}
