package bmm.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.TemporaryDirectory;
import bmm.catalog.BackupName;
import bmm.dump.DumpForm.Archive;
import bmm.dump.Origin.AtStore;
import bmm.store.FileStore;
import bmm.stream.Compression;
import bmm.stream.Identities;
import bmm.stream.Progress;
import bmm.stream.Tar;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From stored bytes to something that pg_restore can read, and nothing left afterwards. */
final class FetchedDumpTest {
    private static final Instant NOW = Instant.parse("2026-11-21T03:15:00Z");
    private static final byte[] ARCHIVE = "PGDMP and so on".getBytes(StandardCharsets.UTF_8);
    private static final String SQL = "--\n-- PostgreSQL database dump\n--\n\nSELECT 1;\n\n";
    private static final String TRAILER = "--\n-- PostgreSQL database dump complete\n--\n\n";

    @TempDir
    Path root;

    private Path store;
    private Path temporary;

    @BeforeEach
    void directories() throws IOException {
        store = Files.createDirectory(root.resolve("store"));
        temporary = Files.createDirectory(root.resolve("tmp"));
    }

    private FetchedDump fetch(Found found) {
        return FetchedDump.fetch(found, new Room(temporary, 0), NOW, Progress.NONE);
    }

    /** The same backup, but to be fetched. */
    private Found remote(BackupName name, String ending) {
        Found local = NamedDump.at(store.resolve(name.file(ending)), Identities.NONE, BackupFiles.ANYONE);
        FileStore remote = FileStore.flat(store);
        return new Found(
                local.database(),
                local.name(),
                remote.name(),
                new AtStore(remote, name.file(ending), local.dump().bytes()),
                new AtStore(remote, name.file(BackupName.GLOBALS), 8),
                local.manifest(),
                Identities.NONE,
                local.signature(),
                local.isSigned(),
                null,
                List.of());
    }

    private Path file(String name, byte[] bytes, Compression compression) throws IOException {
        Path file = root.resolve(name);
        try (OutputStream out = compression.compress(Files.newOutputStream(file), 1)) {
            out.write(bytes);
        }
        return file;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void fails(ThrowingCallable call, ExitCode code, String... words) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Failure.class, failure -> {
            assertThat(failure.exitCode()).as(failure.getMessage()).isEqualTo(code);
            assertThat(failure.getMessage() + " hint: " + failure.hint()).contains(words);
        });
    }

    private void nothingIsLeft() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLocalFileIsReadWhereItIs(boolean randomAccess) throws IOException {
        BackupName name = BackupFiles.write(store, "a", "2026-11-02T03:00:00Z", ".dump", ARCHIVE);
        Path dump = store.resolve(name.file(".dump"));

        try (FetchedDump fetched = fetch(NamedDump.at(dump, Identities.NONE, BackupFiles.ANYONE))) {
            assertThat(fetched.content(randomAccess)).isEqualTo(new DumpContent.CustomFile(dump));
        }
        assertThat(dump).exists();
        nothingIsLeft();
    }

    @Test
    void whatIsElsewhereIsFetchedForTheOwnerOnly() throws IOException {
        BackupName name = BackupFiles.write(store, "a", "2026-11-02T03:00:00Z", ".dump", ARCHIVE);

        try (FetchedDump fetched = fetch(remote(name, ".dump"))) {
            Path file = ((DumpContent.CustomFile) fetched.content(true)).path();
            assertThat(file).startsWith(temporary).hasBinaryContent(ARCHIVE);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                    .isEqualTo("rwx------");
            assertThat(fetched.globals().orElseThrow()).startsWith(temporary).hasContent("-- roles");
        }
        nothingIsLeft();
    }

    @ParameterizedTest
    @EnumSource(names = {"ZSTD", "GZIP"})
    void aCompressedArchiveIsDecompressedWhereJobsShareIt(Compression compression) throws IOException {
        Path file = file("dump", ARCHIVE, compression);

        try (FetchedDump fetched = fetch(NamedDump.at(file, Identities.NONE, BackupFiles.ANYONE))) {
            assertThat(fetched.form()).isEqualTo(new DumpForm(Archive.CUSTOM, compression, false));
            assertThat(((DumpContent.CustomFile) fetched.content(true)).path()).hasBinaryContent(ARCHIVE);
            DumpContent stream = fetched.content(false);
            try (InputStream in = ((DumpContent.CustomStream) stream).source().open()) {
                assertThat(in.readAllBytes()).isEqualTo(ARCHIVE);
            }
        }
        nothingIsLeft();
    }

    @Test
    void withoutRoomItComesAsAStream() throws IOException {
        Path file = file("dump", ARCHIVE, Compression.ZSTD);

        Room full = new Room(temporary, Long.MAX_VALUE / 2);
        try (FetchedDump fetched =
                FetchedDump.fetch(NamedDump.at(file, Identities.NONE, BackupFiles.ANYONE), full, NOW, Progress.NONE)) {
            assertThat(fetched.content(true)).isInstanceOf(DumpContent.CustomStream.class);
        }
    }

    @Test
    void withoutRoomNothingIsFetched() throws IOException {
        BackupName name = BackupFiles.write(store, "a", "2026-11-02T03:00:00Z", ".dump", ARCHIVE);

        fails(
                () -> FetchedDump.fetch(
                        remote(name, ".dump"), new Room(temporary, Long.MAX_VALUE / 2), NOW, Progress.NONE),
                ExitCode.PREFLIGHT,
                "not enough room in " + temporary,
                "BMM_TEMP_DIR");
        nothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bit", "cut", "longer"})
    void damageIsFoundBeforeAnythingElse(String damage) throws IOException {
        BackupName name = BackupFiles.write(store, "a", "2026-11-02T03:00:00Z", ".dump", ARCHIVE);
        Path dump = store.resolve(name.file(".dump"));
        byte[] bytes = Files.readAllBytes(dump);
        switch (damage) {
            case "bit" -> bytes[9] ^= 1;
            case "cut" -> bytes = Arrays.copyOf(bytes, bytes.length - 1);
            default -> bytes = Arrays.copyOf(bytes, bytes.length + 1);
        }
        Files.write(dump, bytes);

        String words = damage.equals("bit") ? "hash" : "bytes, but the manifest says";
        fails(
                () -> fetch(NamedDump.at(dump, Identities.NONE, BackupFiles.ANYONE)),
                ExitCode.VERIFICATION,
                name.file(".dump"),
                words,
                "--at");
        fails(() -> fetch(remote(name, ".dump")), ExitCode.VERIFICATION, name.file(".dump"), words, "--from");
        nothingIsLeft();
    }

    @Test
    void globalsAreComparedToo() throws IOException {
        BackupName name = BackupFiles.write(store, "a", "2026-11-02T03:00:00Z", ".dump", ARCHIVE);
        Path globals = store.resolve(name.file(BackupName.GLOBALS));
        Files.writeString(globals, "-- rules");
        try (FetchedDump local =
                        fetch(NamedDump.at(store.resolve(name.file(".dump")), Identities.NONE, BackupFiles.ANYONE));
                FetchedDump remote = fetch(remote(name, ".dump"))) {
            fails(local::globals, ExitCode.VERIFICATION, "globals.sql", "hash");
            fails(remote::globals, ExitCode.VERIFICATION, "globals.sql", "hash");
            Files.delete(globals);
            fails(local::globals, ExitCode.VERIFICATION, "globals.sql", "not there");
            fails(remote::globals, ExitCode.VERIFICATION, "globals.sql", "not there");
        }
        nothingIsLeft();
    }

    @Test
    void aTarIsUnpacked() throws IOException {
        Path directory = Files.createDirectory(root.resolve("d"));
        Files.write(directory.resolve("toc.dat"), ARCHIVE);
        Files.writeString(directory.resolve("12.dat.gz"), "data");
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        Tar.pack(directory, "toc.dat", tar);

        for (Compression compression : Compression.values()) {
            try (FetchedDump fetched = fetch(
                    NamedDump.at(file("x", tar.toByteArray(), compression), Identities.NONE, BackupFiles.ANYONE))) {
                Path unpacked = ((DumpContent.Directory) fetched.content(true)).path();
                assertThat(unpacked.resolve("toc.dat")).hasBinaryContent(ARCHIVE);
                assertThat(unpacked.resolve("12.dat.gz")).hasContent("data");
            }
        }
        try (FetchedDump fetched = fetch(NamedDump.at(directory, Identities.NONE, BackupFiles.ANYONE))) {
            assertThat(fetched.content(true)).isEqualTo(new DumpContent.Directory(directory));
        }
        assertThat(directory).isDirectory();
        nothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../escape", "/tmp/bmm-escape", "a/b", "..", ".hidden"})
    void aTarThatLeavesItsDirectoryIsRefused(String name) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (String entry : new String[] {"toc.dat", name}) {
                TarArchiveEntry header = new TarArchiveEntry(entry, true);
                header.setSize(1);
                tar.putArchiveEntry(header);
                tar.write('x');
                tar.closeArchiveEntry();
            }
        }

        try (FetchedDump fetched = fetch(NamedDump.at(
                file("x.tar", bytes.toByteArray(), Compression.NONE), Identities.NONE, BackupFiles.ANYONE))) {
            fails(() -> fetched.content(true), ExitCode.VERIFICATION, "no dump has", name);
        }
        nothingIsLeft();
        assertThat(temporary.resolveSibling("escape")).doesNotExist();
        assertThat(Path.of("/tmp/bmm-escape")).doesNotExist();
    }

    @Test
    void aLinkInATarIsRefused() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            TarArchiveEntry link = new TarArchiveEntry("toc.dat", TarArchiveEntry.LF_SYMLINK);
            link.setLinkName("/etc/passwd");
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
        }

        try (FetchedDump fetched = fetch(NamedDump.at(
                file("x.tar", bytes.toByteArray(), Compression.NONE), Identities.NONE, BackupFiles.ANYONE))) {
            fails(() -> fetched.content(true), ExitCode.VERIFICATION, "no dump has");
        }
    }

    @ParameterizedTest
    @EnumSource
    void sqlIsCheckedToItsEnd(Compression compression) throws IOException {
        for (String end : new String[] {TRAILER, TRAILER.strip(), TRAILER + "\\unrestrict abc\n\n"}) {
            try (FetchedDump fetched = fetch(
                    NamedDump.at(file("x", bytes(SQL + end), compression), Identities.NONE, BackupFiles.ANYONE))) {
                try (InputStream in =
                        ((DumpContent.Sql) fetched.content(true)).source().open()) {
                    assertThat(in.readAllBytes()).isEqualTo(bytes(SQL + end));
                }
            }
        }
        for (String end : new String[] {"", TRAILER + "SELECT 2;\n"}) {
            try (FetchedDump fetched = fetch(
                    NamedDump.at(file("x", bytes(SQL + end), compression), Identities.NONE, BackupFiles.ANYONE))) {
                fails(() -> fetched.content(true), ExitCode.VERIFICATION, "its last line is missing");
            }
        }
    }

    @Test
    void sqlThatEntersAnotherDatabaseIsRefused() throws IOException {
        String sql = SQL + "CREATE DATABASE other WITH TEMPLATE = template0;\n\\connect other\n" + TRAILER;

        try (FetchedDump fetched =
                fetch(NamedDump.at(file("x.sql", bytes(sql), Compression.NONE), Identities.NONE, BackupFiles.ANYONE))) {
            fails(() -> fetched.content(true), ExitCode.VERIFICATION, "databases of its own choice", "--create");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "SELECT 1;\n", "-- PostgreSQL database cluster dump\n"})
    void whatIsNoDumpIsRefused(String content) throws IOException {
        Path file = file("x.dump", bytes(content), Compression.NONE);

        fails(
                () -> fetch(NamedDump.at(file, Identities.NONE, BackupFiles.ANYONE)),
                ExitCode.VERIFICATION,
                "x.dump",
                "pg_dump");
        fails(
                () -> fetch(NamedDump.at(temporary, Identities.NONE, BackupFiles.ANYONE)),
                ExitCode.VERIFICATION,
                "toc.dat");
        nothingIsLeft();
    }

    @Test
    void aCutCompressedFileIsDamaged() throws IOException {
        String numbers =
                new Random(1).ints(50_000).mapToObj(i -> "-- " + i + "\n").collect(Collectors.joining());
        for (Compression compression : new Compression[] {Compression.GZIP, Compression.ZSTD}) {
            Path whole = file("x", bytes(SQL + numbers + TRAILER), compression);
            byte[] bytes = Files.readAllBytes(whole);
            Files.write(whole, Arrays.copyOf(bytes, bytes.length - 6));
            try (FetchedDump fetched = fetch(NamedDump.at(whole, Identities.NONE, BackupFiles.ANYONE))) {
                fails(() -> fetched.content(true), ExitCode.VERIFICATION, "x: ");
            }

            Files.write(whole, Arrays.copyOf(bytes, 30));
            fails(() -> fetch(NamedDump.at(whole, Identities.NONE, BackupFiles.ANYONE)), ExitCode.VERIFICATION, "x: ");
        }
    }

    @Test
    void itIsWrittenToAFileOfItsOwn() throws IOException {
        Path target = root.resolve("out");
        try (FetchedDump fetched =
                fetch(NamedDump.at(file("x", ARCHIVE, Compression.ZSTD), Identities.NONE, BackupFiles.ANYONE))) {
            fetched.writeTo(target);
            assertThat(target).hasBinaryContent(ARCHIVE);
            fails(() -> fetched.writeTo(target), ExitCode.USAGE, "is there already");
        }
        assertThat(target).hasBinaryContent(ARCHIVE);
        try (Stream<Path> files = Files.list(root)) {
            assertThat(files).noneMatch(file -> file.toString().endsWith(".partial"));
        }
    }

    @Test
    void whatDeadRunsLeftIsRemovedAndWhatLivingOnesUseIsNot() throws IOException {
        Path dead = Files.createDirectories(temporary.resolve(FetchedDump.PURPOSE + "-dead/below"));
        Files.writeString(dead.resolve("file"), "x");
        Files.createFile(temporary.resolve(FetchedDump.PURPOSE + "-dead.lock"));
        Path other = Files.createDirectory(temporary.resolve("somebody-elses"));

        try (TemporaryDirectory living = TemporaryDirectory.create(temporary, FetchedDump.PURPOSE, NOW);
                FetchedDump fetched = fetch(
                        NamedDump.at(file("x", ARCHIVE, Compression.NONE), Identities.NONE, BackupFiles.ANYONE))) {
            assertThat(fetched.form().archive()).isEqualTo(Archive.CUSTOM);
            assertThat(dead.getParent()).doesNotExist();
            assertThat(living.path()).isDirectory();
            assertThat(other).isDirectory();
        }
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files).containsExactly(other);
        }
    }
}
