package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands around a store: asked again, slowed down, or only rehearsed. */
class DecoratedStoreTest {
    @TempDir
    Path directory;

    private FileStore folder;

    @BeforeEach
    void folder() {
        folder = new FileStore(directory);
    }

    /** A folder to which every connection breaks some times. */
    private class Unreliable implements ObjectStore {
        private final AtomicInteger breaks;
        private final int streamLength;

        Unreliable(int breaks, int streamLength) {
            this.breaks = new AtomicInteger(breaks);
            this.streamLength = streamLength;
        }

        private void mayBreak() {
            if (breaks.getAndDecrement() > 0) {
                throw new BrokenOff("the connection broke", "try again", null);
            }
        }

        @Override
        public String name() {
            return folder.name();
        }

        @Override
        public void put(String key, Body body) {
            mayBreak();
            folder.put(key, body);
        }

        @Override
        public InputStream get(String key) {
            return get(key, 0, Long.MAX_VALUE);
        }

        @Override
        public InputStream get(String key, long offset, long length) {
            mayBreak();
            InputStream in = folder.get(key, offset, length);
            return new InputStream() {
                private int left = streamLength;

                @Override
                public int read() throws IOException {
                    throw new IOException("not used");
                }

                @Override
                public int read(byte[] target, int from, int most) throws IOException {
                    if (left == 0) {
                        throw new BrokenOff("the stream broke", "try again", null);
                    }
                    int count = in.read(target, from, Math.min(most, left));
                    left -= Math.max(count, 0);
                    return count;
                }
            };
        }

        @Override
        public Optional<ObjectInfo> head(String key) {
            mayBreak();
            return folder.head(key);
        }

        @Override
        public Iterator<ObjectInfo> list(String prefix) {
            mayBreak();
            return folder.list(prefix);
        }

        @Override
        public void delete(String key) {
            mayBreak();
            folder.delete(key);
        }

        @Override
        public void close() {}
    }

    @Nested
    class Retrying {
        private RetryingStore over(int breaks, int streamLength) {
            return new RetryingStore(new Unreliable(breaks, streamLength), 4, Duration.ofMillis(1));
        }

        @Test
        void copiesAskAgain() throws IOException {
            folder.put("key", ObjectStoreContract.text("0123456789"));
            ObjectStore store = over(2, 4);
            try (Fetched fetched = store.copies().fetch("key")) {
                assertThat(ObjectStoreContract.read(fetched.content())).isEqualTo("0123456789");
            }
            store = over(0, 100);
            store.copies().put("key", RangedBody.of(new byte[] {'x'}), ObjectStoreContract.manner(true, 1));
            assertThat(ObjectStoreContract.read(folder.get("key"))).isEqualTo("x");
        }

        @Test
        void asksAgain() throws IOException {
            folder.put("key", ObjectStoreContract.text("content"));
            assertThat(over(3, 100).head("key")).isPresent();
            assertThat(over(3, 100).list("").next().key()).isEqualTo("key");
            assertThat(ObjectStoreContract.read(over(3, 100).get("key"))).isEqualTo("content");
            over(3, 100).delete("key");
            assertThat(folder.head("key")).isEmpty();
        }

        @Test
        void givesUp() {
            assertThatThrownBy(() -> over(4, 100).head("key")).hasMessage("the connection broke");
        }

        @Test
        void aRefusalIsNoBreakage() {
            assertThatThrownBy(() -> over(0, 100).get("nothing")).isInstanceOf(ObjectMissing.class);
        }

        /** Only the store itself knows what a failed one has left. */
        @Test
        void aPutIsNotMadeAgain() {
            assertThat(catchThrowable(() -> over(1, 100).put("key", ObjectStoreContract.text("x"))))
                    .hasMessage("the connection broke");
        }

        @Test
        void aStreamGoesOnWhereItBroke() throws IOException {
            folder.put("key", ObjectStoreContract.text("0123456789"));
            assertThat(ObjectStoreContract.read(over(0, 4).get("key"))).isEqualTo("0123456789");
            assertThat(ObjectStoreContract.read(over(0, 4).get("key", 1, 7))).isEqualTo("1234567");
            assertThatThrownBy(() -> ObjectStoreContract.read(over(0, 2).get("key")))
                    .hasMessage("the stream broke");
        }
    }

    @Nested
    class Limited {
        @Test
        void allStreamsTogetherAreNoFaster() throws Exception {
            folder.put("key", new Letters(100_000));
            long begun = System.nanoTime();
            try (LimitedStore store = new LimitedStore(folder, new Throttle(200_000));
                    ExecutorService threads = Executors.newFixedThreadPool(2)) {
                var get = threads.submit(() -> store.get("key").transferTo(java.io.OutputStream.nullOutputStream()));
                var put = threads.submit(() -> store.put("other", new Letters(100_000)));
                assertThat(get.get()).isEqualTo(100_000);
                put.get();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(950));
            assertThat(folder.head("other"))
                    .hasValueSatisfying(info -> assertThat(info.size()).isEqualTo(100_000));
        }

        @Test
        void copiesAreNoFasterEither() throws IOException {
            folder.put("key", new Letters(100_000));
            try (ObjectStore store = new Throttle(200_000).limited(folder)) {
                long begun = System.nanoTime();
                byte[] content;
                try (Fetched fetched = store.copies().fetch("key")) {
                    content = fetched.content().readAllBytes();
                }
                store.copies().put("other", RangedBody.of(content), ObjectStoreContract.manner(false, content.length));
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(950));
                assertThat(store.copies().undecorated()).isInstanceOf(FileCopies.class);
            }
            // A folder keeps the time of a copy, also through the decorator.
            assertThat(folder.head("other"))
                    .hasValueSatisfying(info -> assertThat(info.modified()).isEqualTo("2026-11-20T10:00:00Z"));
        }

        @Test
        void withoutALimitThereIsNoDecorator() {
            assertThat(new Throttle(0).limited(folder)).isSameAs(folder);
        }

        /** A program that was given the file would read it past the limit. */
        @Test
        void noFileIsHandedOn() throws IOException {
            Path file = Files.writeString(directory.resolve("file"), "content");
            AtomicBoolean hadFile = new AtomicBoolean(true);
            ObjectStore looking = new Unreliable(0, 100) {
                @Override
                public void put(String key, Body body) {
                    hadFile.set(body.file().isPresent());
                    folder.put(key, body);
                }
            };
            try (LimitedStore store = new LimitedStore(looking, new Throttle(1_000_000))) {
                store.put("copy", Body.of(file));
            }
            assertThat(Body.of(file).file()).contains(file);
            assertThat(hadFile).isFalse();
            assertThat(ObjectStoreContract.read(folder.get("copy"))).isEqualTo("content");
        }
    }

    @Test
    void aDryRunChangesNothing() throws IOException {
        folder.put("there", ObjectStoreContract.text("content"));
        Files.writeString(directory.resolve(FileNames.TEMPORARY + "1"), "half");
        try (DryRunStore store = new DryRunStore(folder)) {
            store.put("new", ObjectStoreContract.text("x"));
            assertThatThrownBy(() -> store.put("there", ObjectStoreContract.text("x")))
                    .isInstanceOf(ObjectExists.class);
            ObjectCopies copies = store.copies();
            copies.put("there", RangedBody.of(new byte[] {1}), ObjectStoreContract.manner(true, 1));
            copies.put("copy", RangedBody.of(new byte[] {1}), ObjectStoreContract.manner(false, 1));
            assertThatThrownBy(() ->
                            copies.put("there", RangedBody.of(new byte[] {1}), ObjectStoreContract.manner(false, 1)))
                    .isInstanceOf(ObjectExists.class);
            ObjectInfo there = store.head("there").orElseThrow();
            assertThat(copies.copy(folder.copies(), there, "copy", false)).isTrue();
            try (Fetched fetched = copies.fetch("there")) {
                assertThat(ObjectStoreContract.read(fetched.content())).isEqualTo("content");
            }
            store.delete("there");
            store.removeLeftover(store.leftovers().getFirst());
            assertThat(ObjectStoreContract.read(store.get("there"))).isEqualTo("content");
        }
        assertThat(folder.head("new")).isEmpty();
        assertThat(folder.head("copy")).isEmpty();
        assertThat(folder.head("there")).isPresent();
        assertThat(folder.leftovers()).hasSize(1);
    }
}
