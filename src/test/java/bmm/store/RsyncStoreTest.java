package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over a real sshd, with Debian's rsync. */
class RsyncStoreTest extends ObjectStoreContract {
    private static final Duration PAUSE = Duration.ofMillis(20);

    @TempDir
    static Path directory;

    private static SshServer server;

    /** A name that no shell may take apart. */
    private final Path root = directory.resolve("root of 'some' \"$HOME\" `id` é " + UUID.randomUUID());

    @BeforeAll
    static void start() throws Exception {
        server = SshServer.start(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @AfterEach
    void nothingIsLeftOver() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .noneMatch(name ->
                            name.startsWith(FileNames.TEMPORARY + "0") || name.matches("\\.bmm~t[0-9a-f-]{36}"));
        }
    }

    @Override
    ObjectStore create() throws IOException {
        Files.createDirectories(root);
        return open("some/pre fix/", server.settings());
    }

    private ObjectStore open(String prefix, SshSettings settings) {
        return new RetryingStore(
                new RsyncStore(new RsyncAddress(SshServer.login(), root.toString(), prefix), settings, PAUSE),
                4,
                PAUSE);
    }

    @Override
    boolean everyCallIsAProgram() {
        return true;
    }

    /** By what {@link #theFilesAreThoseOfAFolder} shows. */
    @Override
    void fill(Collection<String> keys) {
        FileStore folder = new FileStore(root, "some/pre fix/");
        keys.forEach(key -> folder.put(key, text("content of " + key)));
    }

    @Test
    void theFilesAreThoseOfAFolder() throws IOException {
        store().put("a/../b/line\nend", text("x"));
        store().put("plain", text("y"));
        FileStore folder = new FileStore(root, "some/pre fix/");
        assertThat(read(folder.get("a/../b/line\nend"))).isEqualTo("x");
        folder.put("from/here", text("z"));
        assertThat(keys("")).containsExactly("a/../b/line\nend", "from/here", "plain");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("some/pre fix/plain"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("some"))))
                .isEqualTo("rwx------");
    }

    @Test
    void aFileGoesWithRsync() throws IOException {
        Path file = directory.resolve("-a local file 'with' \"quotes\"");
        try (InputStream in = new Letters(PART + 17L).open()) {
            Files.copy(in, file);
        }
        store().put("copied", Body.of(file));
        try (InputStream in = store().get("copied")) {
            assertThat(in.readAllBytes()).isEqualTo(Files.readAllBytes(file));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("some/pre fix/copied"))))
                .isEqualTo("rw-------");
        assertThatThrownBy(() -> store().put("copied", Body.of(file))).isInstanceOf(ObjectExists.class);
        Files.delete(file);
    }

    @Test
    void aFileThatGrewOrShrankIsNotStored() throws IOException {
        Path file = Files.writeString(directory.resolve("grows"), "12345");
        Body body = Body.of(file);
        Files.writeString(file, "123456");
        Throwable thrown = catchThrowable(() -> store().put("grown", body));
        assertIsOneLine(thrown);
        assertThat(thrown).hasMessageContaining("less or more has arrived");
        assertThat(keys("")).isEmpty();
    }

    /** Each with a connection of its own, as two hosts have. */
    @Test
    void ofSeveralHostsExactlyOneWins() throws Exception {
        CountDownLatch start = new CountDownLatch(4);
        List<Future<Throwable>> outcomes = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 4; i++) {
                String content = "content " + i;
                outcomes.add(threads.submit(() -> {
                    try (ObjectStore host = open("", server.settings())) {
                        assertThat(host.head("key")).isEmpty();
                        start.countDown();
                        start.await();
                        return catchThrowable(() -> host.put("key", text(content)));
                    }
                }));
            }
        }
        int winners = 0;
        for (Future<Throwable> outcome : outcomes) {
            if (outcome.get() == null) {
                winners++;
            } else {
                assertThat(outcome.get()).isInstanceOf(ObjectExists.class);
            }
        }
        assertThat(winners).isEqualTo(1);
    }

    @Test
    void aBrokenConnectionIsTakenUpAgain() throws IOException {
        Letters body = new Letters(PART * 3L);
        store().put("large", body);
        try (InputStream in = store().get("large");
                InputStream sent = body.open()) {
            assertThat(in.readNBytes(PART)).isEqualTo(sent.readNBytes(PART));
            server.breakConnections();
            assertThat(in.readAllBytes()).isEqualTo(sent.readAllBytes());
        }
        server.breakConnections();
        store().put("after", text("x"));
        assertThat(keys("")).containsExactly("after", "large");
    }

    /** The connection goes while the upload is under way; the next attempt brings all of it. */
    @Test
    void anUploadThatBreaksIsMadeAgain() throws IOException {
        boolean[] broke = {false};
        Letters letters = new Letters(PART * 2L);
        Body body = new Body() {
            @Override
            public long size() {
                return letters.size();
            }

            @Override
            public InputStream open() {
                InputStream in = letters.open();
                return new InputStream() {
                    private long count;

                    @Override
                    public int read() throws IOException {
                        return in.read();
                    }

                    @Override
                    public int read(byte[] target, int from, int length) throws IOException {
                        if (count > PART && !broke[0]) {
                            broke[0] = true;
                            server.breakConnections();
                        }
                        int some = in.read(target, from, length);
                        count += some;
                        return some;
                    }
                };
            }
        };
        store().put("large", body);
        assertThat(broke[0]).isTrue();
        try (InputStream in = store().get("large");
                InputStream sent = letters.open()) {
            assertThat(in.readAllBytes()).isEqualTo(sent.readAllBytes());
        }
    }

    @Test
    void linksAreNeitherFollowedNorListed() throws IOException {
        Path outside = Files.createDirectory(directory.resolve("elsewhere-" + UUID.randomUUID()));
        Files.writeString(outside.resolve("file"), "precious");
        Path base = Files.createDirectories(root.resolve("some/pre fix"));
        Files.createSymbolicLink(base.resolve("link"), outside);
        Files.createSymbolicLink(base.resolve("leaf"), outside.resolve("file"));
        Files.createSymbolicLink(base.resolve("dangling"), outside.resolve("new"));
        assertThat(keys("")).isEmpty();
        for (String key : List.of("link/file", "leaf")) {
            assertIsOneLine(catchThrowable(() -> store().get(key)));
            assertIsOneLine(catchThrowable(() -> store().head(key)));
            assertIsOneLine(catchThrowable(() -> store().delete(key)));
        }
        for (String key : List.of("link/new", "leaf", "dangling")) {
            assertIsOneLine(catchThrowable(() -> store().put(key, text("x"))));
        }
        assertIsOneLine(catchThrowable(() -> store().list("link/")));
        assertThat(outside.resolve("file")).hasContent("precious");
        assertThat(outside.resolve("new")).doesNotExist();
    }

    @Test
    void aMissingRootIsNotMade() throws IOException {
        Path missing = directory.resolve("mnt/nas");
        try (ObjectStore store =
                new RsyncStore(new RsyncAddress(SshServer.login(), missing.toString(), ""), server.settings(), PAUSE)) {
            for (Throwable thrown : List.of(
                    catchThrowable(() -> store.put("a", text("x"))),
                    catchThrowable(() -> store.get("a")),
                    catchThrowable(() -> store.head("a")),
                    catchThrowable(() -> store.delete("a")),
                    catchThrowable(() -> store.list("")))) {
                assertIsOneLine(thrown);
                assertThat(thrown).hasMessageContaining("directory " + missing + " cannot be used");
            }
        }
        assertThat(directory.resolve("mnt")).doesNotExist();
        // Gone while the store is open.
        store().put("a", text("x"));
        Files.move(root, directory.resolve("moved"));
        assertIsOneLine(catchThrowable(() -> store().list("")));
        assertIsOneLine(catchThrowable(() -> store().head("a")));
        Files.move(directory.resolve("moved"), root);
    }

    @Test
    void aStrangerIsNotLetIn() {
        try (ObjectStore store = open("", server.settings("stranger", "known_hosts"))) {
            Throwable thrown = catchThrowable(() -> store.list(""));
            assertIsOneLine(thrown);
            assertThat(thrown).hasMessageContaining("does not let this user in");
        }
    }

    @Test
    void aHostThatIsNotKnownIsRefused() throws IOException {
        Files.createFile(directory.resolve("no_hosts"));
        for (String hosts : List.of("wrong_hosts", "no_hosts")) {
            try (ObjectStore store = open("", server.settings("key", hosts))) {
                Throwable thrown = catchThrowable(() -> store.put("a", text("x")));
                assertIsOneLine(thrown);
                assertThat(thrown).hasMessageContaining("is not the host that is known");
            }
        }
        Files.delete(directory.resolve("no_hosts"));
        assertThat(keys("")).isEmpty();
    }

    @Test
    void aHostThatIsGoneIsNamed() throws IOException {
        SshSettings gone = new SshSettings(
                server.settings().key(), server.settings().knownHosts(), java.util.Optional.of(MinioServer.freePort()));
        try (ObjectStore store = open("", gone)) {
            Throwable thrown = catchThrowable(() -> store.list(""));
            assertIsOneLine(thrown);
            assertThat(thrown).hasMessageContaining("Connection refused");
        }
    }

    @Test
    void whatDeadWritersLeftIsNotListedAndCanBeRemoved() throws IOException {
        Path left = Files.writeString(root.resolve(FileNames.TEMPORARY + "1234"), "half a dump");
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofDays(3))));
        assertThat(keys("")).isEmpty();
        Leftover leftover = store().leftovers().getFirst();
        assertThat(leftover.size()).isEqualTo(11);
        assertThat(leftover.since()).isBefore(Instant.now().minus(Duration.ofDays(2)));
        assertRemovesLeftovers(store(), FileNames.TEMPORARY + "1234");
        assertThat(left).doesNotExist();
    }

    @Test
    void aFileThatIsNoKeyIsNotPassedOver() throws IOException {
        Files.createDirectories(root.resolve("some/pre fix/"));
        // Looks like the end of a record and another one.
        Files.writeString(root.resolve("some/pre fix/line\n5 6 .fake"), "x");
        Throwable thrown = catchThrowable(() -> keys(""));
        assertIsOneLine(thrown);
        assertThat(thrown).hasMessageContaining("line\\n5 6 .fake");
    }

    @Test
    void theConnectionEndsWithTheStore() throws Exception {
        ObjectStore other = open("", server.settings());
        other.put("a", text("x"));
        close();
        other.close();
        for (int i = 0; i < 100 && server.isBusy(); i++) {
            Thread.sleep(100);
        }
        assertThat(server.isBusy()).isFalse();
    }
}
