package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.store.ObjectLock.Mode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Locks that a real server enforces. */
@EnabledIfEnvironmentVariable(named = MinioServer.PROGRAM, matches = ".+", disabledReason = "names no minio program")
class ObjectLockOnMinioTest {
    private static final int PART = (int) S3Servers.QUICK.partSize();

    @TempDir
    static Path data;

    private static LockBuckets buckets;

    @BeforeAll
    static void start() throws Exception {
        buckets = LockBuckets.start(data.resolve("minio"));
    }

    @AfterAll
    static void stop() throws Exception {
        buckets.close();
    }

    private static ObjectLock lock(Mode mode) {
        return new ObjectLock(mode, Instant.now().plus(Duration.ofDays(3)).truncatedTo(ChronoUnit.SECONDS));
    }

    private static Body body(int size) {
        return Body.of("x".repeat(size).getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aLockedVersionCannotBeRemoved() {
        try (S3Store store = buckets.store(LockBuckets.LOCKING)) {
            ObjectLock governance = lock(Mode.GOVERNANCE);
            ObjectLock compliance = lock(Mode.COMPLIANCE);
            store.put("whole", body(100), governance);
            store.put("empty", body(0), governance);
            store.put("in parts", body(2 * PART + 1), compliance);
            store.put("free", body(100));

            assertThat(store.lock("whole")).contains(governance);
            assertThat(store.lock("empty")).contains(governance);
            assertThat(store.lock("in parts")).contains(compliance);
            assertThat(store.lock("free")).isEmpty();
            assertThat(buckets.tryToDestroy(LockBuckets.LOCKING)).isEqualTo(3);
            assertThat(buckets.versions(LockBuckets.LOCKING)).containsExactlyInAnyOrder("whole", "empty", "in parts");
            assertThat(store.head("in parts"))
                    .hasValueSatisfying(found -> assertThat(found.size()).isEqualTo(2L * PART + 1));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 20_000_000})
    void aBucketWithoutObjectLockIsRefusedBeforeAnythingIsSent(int size) {
        try (S3Store store = buckets.store(LockBuckets.PLAIN)) {
            Failure refused =
                    catchThrowableOfType(Failure.class, () -> store.put("key", body(size), lock(Mode.GOVERNANCE)));
            assertThat(refused.exitCode()).isEqualTo(ExitCode.STORE);
            assertThat(refused).hasMessageContaining("the bucket has no object lock");
            assertThat(refused.hint()).asString().contains("BMM_REMOTE_LOCK_DAYS");
            assertThat(buckets.versions(LockBuckets.PLAIN)).isEmpty();
        }
    }

    @Test
    void strongerAndLongerCovers() {
        ObjectLock lock = lock(Mode.GOVERNANCE);
        ObjectLock longer = new ObjectLock(Mode.COMPLIANCE, lock.until().plusSeconds(1));
        assertThat(lock.covers(lock)).isTrue();
        assertThat(longer.covers(lock)).isTrue();
        assertThat(lock.covers(longer)).isFalse();
        assertThat(new ObjectLock(Mode.COMPLIANCE, lock.until().minusSeconds(1)).covers(lock))
                .isFalse();
        assertThat(new ObjectLock(Mode.GOVERNANCE, longer.until()).covers(longer))
                .isFalse();
    }
}
