package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.cli.Scene.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What retention keeps and removes, here and off-site. */
final class PruneCommandTest {
    @TempDir
    Path directory;

    private Scene scene;
    private Path store;

    @BeforeEach
    void fiveDailyBackups() {
        scene = new Scene(directory).set("BMM_DATABASES", "few");
        store = scene.offSite("off-site");
        scene.server.createDatabase("few");
        scene.server.sql("few", "CREATE TABLE t AS SELECT md5(i::text) FROM generate_series(1, 100) i");
        for (int day = 0; day < 5; day++) {
            scene.run("backup").isDone();
            scene.now = Scene.BEGIN.plus(Duration.ofDays(day + 1L));
        }
        assertThat(scene.content()).hasSize(15);
        scene.set("BMM_KEEP_WITHIN", "0").set("BMM_KEEP_LAST", "2");
    }

    @Test
    void aDryRunOnlyTellsTheTable() {
        Map<String, String> before = scene.content();

        Outcome outcome = scene.run("prune", "--dry-run").isDone();

        assertThat(outcome.out())
                .contains("remove  few-20261121T031500Z")
                .contains("older than every rule")
                .contains("keep    few-20261125T031500Z")
                .contains("newest, newest verified, last 1 of 2")
                .contains("7 kept, 3 would be removed");
        assertThat(scene.content()).isEqualTo(before);
        assertThat(scene.run("prune", "--dry-run", "--json").json().getAsJsonArray("backups"))
                .hasSize(10);
    }

    @Test
    void whatNoRuleKeepsIsRemovedHereAndNothingOffSite() {
        Map<String, String> remote = Scene.content(store);

        assertThat(scene.run("prune").isDone().out()).contains("7 kept, 3 removed");

        assertThat(scene.content().keySet())
                .hasSize(6)
                .allMatch(name -> name.startsWith("few-20261124") || name.startsWith("few-20261125"));
        assertThat(Scene.content(store)).isEqualTo(remote);
        scene.run("verify", "--all").isDone();
    }

    @Test
    void offSiteHasRulesOfItsOwn() {
        scene.set("BMM_REMOTE_KEEP_LAST", "3").run("prune").isDone();

        assertThat(scene.content()).hasSize(6);
        assertThat(Scene.content(store)).hasSize(9);
    }

    @Test
    void nothingIsRemovedAfterAFailedRun() {
        Map<String, String> before = scene.content();
        Map<String, String> remote = Scene.content(store);
        scene.set("BMM_REMOTE_KEEP_LAST", "1").pgDump("exit 1").run("backup").failed(2, "pg_dump failed", "");

        assertThat(scene.run("prune").isDone().out())
                .contains("the newest run failed")
                .contains("10 kept, 0 removed");
        assertThat(scene.content()).isEqualTo(before);
        assertThat(Scene.content(store)).isEqualTo(remote);

        scene.tools(Map.of()).run("backup").isDone();
        assertThat(scene.content()).hasSize(6);
        assertThat(Scene.content(store)).hasSize(3);
    }

    @Test
    void aBackupPrunesAsItsLastStep() {
        Outcome outcome = scene.set("BMM_KEEP_LAST", "1").run("backup").isDone();

        assertThat(outcome.out()).contains("kept 1 last; removed 5 (older than every rule)");
        assertThat(scene.content()).hasSize(3);
        assertThat(Scene.content(store)).hasSize(18);
    }
}
