package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.store.LockBuckets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Backups that the store keeps, whoever has the keys. */
@Timeout(120)
@EnabledIfEnvironmentVariable(named = "BMM_TEST_MINIO", matches = ".+", disabledReason = "names no minio program")
final class LockedBackupTest {
    @TempDir
    static Path data;

    private static LockBuckets buckets;

    @TempDir
    Path directory;

    private Scene scene;

    @BeforeAll
    static void start() throws Exception {
        buckets = LockBuckets.start(data.resolve("minio"));
    }

    @AfterAll
    static void stop() throws Exception {
        buckets.close();
    }

    @BeforeEach
    void aDatabase() {
        scene = new Scene(directory);
        // The store's clock is the real one.
        scene.now = Instant.now();
        scene.server.createDatabase("prey");
        scene.server.sql("prey", "CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 1000) i");
        scene.set("BMM_REMOTE_LOCK_DAYS", "2");
    }

    private void at(String bucket) {
        scene.set("BMM_STORE_OFFSITE", buckets.url(bucket))
                .set("BMM_STORE_OFFSITE_ACCESS_KEY", LockBuckets.accessKey())
                .set("BMM_STORE_OFFSITE_SECRET_KEY", LockBuckets.secretKey())
                .set("BMM_BACKUP_REMOTE", "OFFSITE/" + directory.getFileName());
    }

    @Test
    void whatWasSentStaysAndPruningSaysSo() {
        at(LockBuckets.LOCKING);
        scene.set("BMM_REMOTE_KEEP_LAST", "1");
        scene.backup("prey").isDone();
        assertThat(buckets.tryToDestroy(LockBuckets.LOCKING)).isEqualTo(3);

        // A second one: now no rule keeps the first.
        assertThat(scene.backup("prey").isDone().out()).doesNotContain("off-site removed");
        Scene.Outcome pruned = scene.run("prune").isDone();
        assertThat(pruned.out()).contains("locked until 2");
        assertThat(scene.run("prune", "--dry-run").isDone().out()).contains("locked until 2");
        assertThat(buckets.versions(LockBuckets.LOCKING)).hasSize(6);
        assertThat(scene.run("verify", "--all", "--from", "OFFSITE/" + directory.getFileName())
                        .isDone()
                        .out())
                .contains("2 of 2 backups good");
        // When the time has come it goes as ever.
        scene.now = scene.now.plus(Duration.ofDays(3));
        assertThat(scene.run("prune").isDone().out()).doesNotContain("locked until");
    }

    @Test
    void aBucketWithoutObjectLockIsRefused() {
        at(LockBuckets.PLAIN);
        scene.backup("prey").failed(3, "the bucket has no object lock", "BMM_REMOTE_LOCK_DAYS");
        assertThat(buckets.versions(LockBuckets.PLAIN)).isEmpty();
        assertThat(scene.only(".manifest.json")).isRegularFile();
    }

    @Test
    void whatWasSentWithoutALockIsNotTakenForLocked() {
        at(LockBuckets.LOCKING);
        scene.unset("BMM_REMOTE_LOCK_DAYS").backup("prey").isDone();
        // As if the run had ended before the manifest.
        scene.run("prune").isDone();
        assertThat(buckets.withdrawManifests(LockBuckets.LOCKING)).isEqualTo(1);
        scene.set("BMM_REMOTE_LOCK_DAYS", "2");
        scene.backup("prey").failed(3, "was to be locked until", "other settings");
    }

    @Test
    void aFolderCannotLockAndItIsSaid() {
        scene.offSite("folder");
        assertThat(scene.backup("prey").isDone().err()).contains("this kind of store knows no object lock");
    }
}
