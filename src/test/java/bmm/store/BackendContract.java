package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What a store promises and cannot keep by itself: what becomes of keys, sizes, writers that meet and uploads that break
 * hangs on the server behind it. For a store that reaches several kinds of servers by one program, all that has to be
 * tried on each.
 */
abstract class BackendContract {
    /** Objects larger than this go up in parts, where a store has parts; the least that S3 allows. */
    static final int PART = 5 << 20;

    /** Keys that every store has to hold. */
    private static final List<String> PLAIN_KEYS = List.of(
            "a",
            "a-b",
            "db/2026/11/21/app-20261121T031500Z.dump",
            "with blank/and more  blanks ",
            "per%cent %41 %2F",
            "plus+plus",
            "q?a=b&c=d#e",
            "quote'\"<>&;,:@=$!*()[]{}|^~`",
            "Ärger/日本",
            "emoji/\uD83D\uDE00",
            "private/\uE000",
            ".hidden/.file",
            "...",
            "back\\slash");

    /** Keys that a store may refuse in so many words, but must not lose, rename or put anywhere else. */
    private static final List<String> AWKWARD_KEYS = List.of(
            "/leading",
            "//two leading",
            "double//slash",
            "marker/",
            "marker//",
            ".",
            "..",
            "../escape",
            "a/../../escape",
            "a/./b",
            "tab\tkey",
            "line\nkey",
            "bell\u0007",
            "nul\u0000",
            "delete\u007f",
            "replacement\uFFFD",
            "unpaired\uD83D",
            ".bmm~t-looks-temporary",
            ".bmm~kencoded",
            "long/" + "x".repeat(256),
            "longer/" + "é".repeat(200));

    private static final Comparator<String> KEY_ORDER =
            Comparator.comparing(key -> key.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    private ObjectStore store;

    /** An empty store. */
    abstract ObjectStore create() throws Exception;

    /** Awkward keys with which the server behind the store cannot be trusted, for reasons of its own. */
    List<String> beyondTheServer() {
        return List.of();
    }

    /** Whether every call starts a program, or several: then many keys are tried at a time, and none twice. */
    boolean everyCallIsAProgram() {
        return false;
    }

    @BeforeEach
    void open() throws Exception {
        store = create();
    }

    @AfterEach
    void close() {
        store.close();
    }

    ObjectStore store() {
        return store;
    }

    @TestFactory
    Stream<DynamicTest> aPlainKeySurvives() {
        return together(PLAIN_KEYS)
                .map(keys -> dynamicTest(shown(keys), () -> {
                    putAll(keys);
                    assertSurvive(keys);
                }));
    }

    @TestFactory
    Stream<DynamicTest> anAwkwardKeySurvivesOrIsRefused() {
        return together(AWKWARD_KEYS)
                .map(keys -> dynamicTest(shown(keys), () -> {
                    Set<String> taken = ConcurrentHashMap.newKeySet();
                    atOnce(keys, key -> {
                        Throwable refused = catchThrowable(() -> store.put(key, text("content of " + key)));
                        if (refused == null) {
                            taken.add(key);
                        } else {
                            assertIsOneLine(refused);
                        }
                    });
                    assertSurvive(taken);
                }));
    }

    /** Keys that are tried in one store: each by itself, or as many as a folder can hold beside each other. */
    private Stream<List<String>> together(List<String> keys) {
        List<List<String>> groups = new ArrayList<>();
        for (String key : keys) {
            if (!beyondTheServer().contains(key)) {
                groups.stream()
                        .filter(group -> everyCallIsAProgram() && group.stream().noneMatch(one -> isAbove(one, key)))
                        .findFirst()
                        .orElseGet(() -> {
                            groups.add(new ArrayList<>());
                            return groups.getLast();
                        })
                        .add(key);
            }
        }
        return groups.stream();
    }

    private static boolean isAbove(String one, String other) {
        return other.startsWith(one + "/") || one.startsWith(other + "/");
    }

    private static String shown(List<String> keys) {
        return keys.size() == 1 ? KeyText.shown(keys.getFirst()) : keys.size() + " keys";
    }

    /** These are in the store, and nothing else; and they go when they are deleted. */
    private void assertSurvive(Collection<String> keys) {
        atOnce(keys, key -> {
            assertThat(read(store.get(key))).as(key).isEqualTo("content of " + key);
            assertThat(store.head(key)).as(key).hasValueSatisfying(info -> {
                assertThat(info.key()).isEqualTo(key);
                assertThat(info.size()).isEqualTo(("content of " + key).getBytes(StandardCharsets.UTF_8).length);
            });
            if (!everyCallIsAProgram()) {
                assertListed(key, keys);
                assertListed(key.substring(0, Math.min(4, key.length())), keys);
            }
        });
        assertListed("", keys);
        atOnce(keys, store::delete);
        assertThat(keys("")).isEmpty();
    }

    private void assertListed(String prefix, Collection<String> keys) {
        assertThat(keys(prefix))
                .as("prefix %s", prefix)
                .containsExactlyElementsOf(keys.stream()
                        .filter(key -> key.startsWith(prefix))
                        .sorted(KEY_ORDER)
                        .toList());
    }

    void putAll(Collection<String> keys) {
        atOnce(keys, key -> store.put(key, text("content of " + key)));
    }

    /** Objects for what is not about storing them; in any way that comes to the same. */
    void fill(Collection<String> keys) {
        putAll(keys);
    }

    private interface Step {
        void on(String key) throws IOException;
    }

    /** Does it with several keys side by side. */
    private static void atOnce(Collection<String> keys, Step step) {
        List<Future<?>> steps = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
            for (String key : keys) {
                steps.add(threads.submit(() -> {
                    step.on(key);
                    return key;
                }));
            }
        }
        for (Future<?> one : steps) {
            assertThatCode(one::get).doesNotThrowAnyException();
        }
    }

    static void assertRemovesLeftovers(ObjectStore store, String... keys) {
        assertThat(store.leftovers()).extracting(Leftover::key).containsExactlyInAnyOrder(keys);
        for (Leftover leftover : store.leftovers()) {
            store.removeLeftover(leftover);
            store.removeLeftover(leftover);
        }
        assertThat(store.leftovers()).isEmpty();
        assertThatThrownBy(() -> store.removeLeftover(new Leftover("key", "../key", 1, Instant.EPOCH)))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void anObjectIsNeverReplaced() throws IOException {
        store.put("key", text("first"));
        assertThatThrownBy(() -> store.put("key", text("second")))
                .isInstanceOf(ObjectExists.class)
                .hasMessage(store.name() + ": key already exists");
        assertThat(read(store.get("key"))).isEqualTo("first");
        assertThatThrownBy(() -> store.put("key", new Letters(PART * 2L))).isInstanceOf(ObjectExists.class);
        assertThat(read(store.get("key"))).isEqualTo("first");
    }

    @Test
    void aDeletedKeyCanBeUsedAgain() throws IOException {
        store.put("a/b", text("first"));
        store.delete("a/b");
        assertThat(store.head("a/b")).isEmpty();
        store.put("a/b", text("second"));
        assertThat(read(store.get("a/b"))).isEqualTo("second");
        store.delete("a/b");
        store.put("a", text("no directory is left in the way"));
    }

    @Test
    void whatIsMissingIsSaidToBeMissing() {
        assertThat(store.head("nothing")).isEmpty();
        assertThat(store.head("no/thing")).isEmpty();
        assertThatThrownBy(() -> store.get("nothing")).isInstanceOf(ObjectMissing.class);
        assertThatThrownBy(() -> store.get("no/thing", 0, 1)).isInstanceOf(ObjectMissing.class);
        assertThatThrownBy(() -> store.get("nothing", 0, 0)).isInstanceOf(ObjectMissing.class);
    }

    @Test
    void anEmptyObjectIsAnObject() throws IOException {
        store.put("empty", Body.of(new byte[0]));
        assertThat(read(store.get("empty"))).isEmpty();
        assertThat(read(store.get("empty", 0, 10))).isEmpty();
        assertThat(store.head("empty"))
                .hasValueSatisfying(info -> assertThat(info.size()).isZero());
        assertThatThrownBy(() -> store.put("empty", text("x"))).isInstanceOf(ObjectExists.class);
    }

    @Test
    void aLargeObjectComesBackWhole() throws IOException {
        Letters body = new Letters(PART * 2L + 12_345);
        store.put("large/object", body);
        assertThat(store.head("large/object"))
                .hasValueSatisfying(info -> assertThat(info.size()).isEqualTo(body.size()));
        try (InputStream stored = store.get("large/object");
                InputStream sent = body.open()) {
            assertThat(stored.readAllBytes()).isEqualTo(sent.readAllBytes());
        }
        try (InputStream part = store.get("large/object", PART - 5, 10);
                InputStream sent = body.open(PART - 5)) {
            assertThat(part.readAllBytes()).isEqualTo(sent.readNBytes(10));
        }
        assertThat(keys("")).containsExactly("large/object");
    }

    @Test
    void listingIsInTheOrderOfUtf8Bytes() {
        List<String> keys = new ArrayList<>(List.of(
                "a b",
                "a!",
                "a-b",
                "a/b",
                "a/c/d",
                "a/c-d",
                "a0",
                "b",
                "b.txt",
                "Z",
                "e\uE000",
                "e\uFFFC",
                "e\uD83D\uDE00",
                "é",
                "z/\uD83D\uDE00/a",
                "z/\uE000/a"));
        keys.removeAll(beyondTheServer());
        fill(keys);
        keys.sort(KEY_ORDER);
        assertThat(keys("")).containsExactlyElementsOf(keys);
    }

    @Test
    void aListingTellsSizeAndTime() {
        store.put("key", text("12345"));
        ObjectInfo info = store.list("").next();
        assertThat(info.size()).isEqualTo(5);
        assertThat(info.modified())
                .isBetween(Instant.now().minusSeconds(600), Instant.now().plusSeconds(600));
    }

    @Test
    void aSourceThatBreaksLeavesNothing() {
        assertLeavesNothing(new Letters(1000).breakingAt(500), "the disk is broken");
        assertLeavesNothing(new Letters(PART * 2L).breakingAt(PART + PART / 2), "the disk is broken");
        assertLeavesNothing(new Letters(PART * 2L).breakingAt(PART * 2L - 1), "the disk is broken");
    }

    @Test
    void aSourceOfAnotherSizeLeavesNothing() {
        assertLeavesNothing(new Letters(1000).announcedAs(1001), "1 bytes before its announced end");
        assertLeavesNothing(new Letters(1000).announcedAs(999), "longer than announced");
        assertLeavesNothing(new Letters(1).announcedAs(0), "longer than announced");
        assertLeavesNothing(new Letters(PART * 2L).announcedAs(PART * 2L + 1), "1 bytes before its announced end");
        assertLeavesNothing(new Letters(PART * 2L).announcedAs(PART * 2L - 1), "longer than announced");
    }

    private void assertLeavesNothing(Body body, String reason) {
        Throwable thrown = catchThrowable(() -> store.put("broken/key", body));
        assertIsOneLine(thrown);
        assertThat(thrown).hasMessageContaining(reason);
        assertThat(store.head("broken/key")).isEmpty();
        assertThat(store.leftovers()).isEmpty();
        assertThat(keys("")).isEmpty();
    }

    @Test
    void ofManyWritersExactlyOneWins() throws Exception {
        assertOneWinner("small", everyCallIsAProgram() ? 4 : 10, 200);
        assertOneWinner("some/where/large", everyCallIsAProgram() ? 3 : 4, PART + 100);
    }

    private void assertOneWinner(String key, int writers, int size) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Throwable>> outcomes = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
            for (int i = 0; i < writers; i++) {
                byte[] content = new byte[size];
                Arrays.fill(content, (byte) ('a' + i));
                outcomes.add(threads.submit(() -> {
                    start.await();
                    return catchThrowable(() -> store.put(key, Body.of(content)));
                }));
            }
            start.countDown();
        }
        List<Integer> winners = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            Throwable outcome = outcomes.get(i).get();
            if (outcome == null) {
                winners.add(i);
            } else {
                assertThat(outcome).isInstanceOf(ObjectExists.class);
            }
        }
        assertThat(winners).hasSize(1);
        byte[] expected = new byte[size];
        Arrays.fill(expected, (byte) ('a' + winners.getFirst()));
        try (InputStream stored = store.get(key)) {
            assertThat(stored.readAllBytes()).isEqualTo(expected);
        }
    }

    List<String> keys(String prefix) {
        List<String> keys = new ArrayList<>();
        Iterator<ObjectInfo> listing = store.list(prefix);
        listing.forEachRemaining(info -> keys.add(info.key()));
        return keys;
    }

    @Test
    void aCopyIsReplacedOnlyOnRequestAndWhole() throws IOException {
        ObjectCopies copies = store.copies();
        copies.put("a/key", RangedBody.of("one".getBytes(StandardCharsets.UTF_8)), manner(false, 3));
        assertThatThrownBy(() ->
                        copies.put("a/key", RangedBody.of("other".getBytes(StandardCharsets.UTF_8)), manner(false, 5)))
                .isInstanceOf(ObjectExists.class);
        assertThat(read(store.get("a/key"))).isEqualTo("one");
        copies.put("a/key", RangedBody.of("second".getBytes(StandardCharsets.UTF_8)), manner(true, 6));
        try (Fetched fetched = copies.fetch("a/key")) {
            assertThat(store.head("a/key")).contains(fetched.info());
            assertThat(copies.parts(fetched.info())).containsExactly(6L);
            assertThat(read(fetched.content())).isEqualTo("second");
        }
        assertThat(store.list("")).toIterable().extracting(ObjectInfo::key).containsExactly("a/key");
        assertThatThrownBy(() -> copies.fetch("a/nothing")).isInstanceOf(ObjectMissing.class);
    }

    @Test
    void aReplacementThatBreaksOffLeavesWhatWasThere() throws IOException {
        store.put("key", text("one"));
        RangedBody broken = new RangedBody() {
            @Override
            public long size() {
                return 7;
            }

            @Override
            public InputStream open(long offset, long length) throws IOException {
                throw new IOException("the disk is gone");
            }
        };
        assertIsOneLine(catchThrowable(() -> store.copies().put("key", broken, manner(true, 7))));
        assertThat(read(store.get("key"))).isEqualTo("one");
        assertThat(store.list("")).toIterable().hasSize(1);
    }

    static ObjectCopies.Manner manner(boolean replace, long... parts) {
        return new ObjectCopies.Manner(
                ObjectProperties.NONE,
                Arrays.stream(parts).boxed().toList(),
                Instant.parse("2026-11-20T10:00:00Z"),
                replace);
    }

    static void assertIsOneLine(Throwable thrown) {
        assertThat(thrown).isInstanceOf(Failure.class);
        assertThat(((Failure) thrown).exitCode()).isEqualTo(ExitCode.STORE);
        assertThat(((Failure) thrown).hint()).asString().isNotBlank();
        assertThat(thrown.getMessage()).isNotBlank().doesNotContain("\n");
    }

    static Body text(String text) {
        return Body.of(text.getBytes(StandardCharsets.UTF_8));
    }

    static String read(InputStream stream) throws IOException {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
