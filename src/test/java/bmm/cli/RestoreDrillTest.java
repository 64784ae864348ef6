package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.catalog.DrillRecord;
import bmm.catalog.ManifestKeys;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Drills that end well, and what they leave: evidence, and nothing else. */
@Timeout(180)
final class RestoreDrillTest {
    @TempDir
    Path directory;

    private Scene scene;
    private DrillPlace place;

    @BeforeEach
    void aPlaceForDrills() throws IOException {
        scene = new Scene(directory);
        place = new DrillPlace(scene);
    }

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        place.close();
    }

    @Test
    void theTypeZooComesBackEqual() throws Exception {
        scene.backup(scene.server.sample()).isDone();

        Scene.Outcome outcome = scene.run("restore-drill").isDone();

        assertThat(outcome.out())
                .contains("restored, equal: ")
                .contains("(RTO)")
                .contains("proven   content")
                .contains("materialized view")
                .doesNotContain("FAILED")
                .doesNotContain("missing");
        assertThat(place.left()).isEmpty();
        List<String> history = Files.readAllLines(directory.resolve("state/history.jsonl"));
        assertThat(history.getLast())
                .contains("\"job\":\"restore-drill\"")
                .contains("\"exit\":0")
                .contains("\"subject\":\"types\"");
        DrillRecord record = DrillRecord.parse(Files.readAllBytes(place.onlyRecord()));
        assertThat(record.proven()).isTrue();
        assertThat(record.backup()).isEqualTo("types-20261121T031500Z");
        assertThat(record.sha256()).isEqualTo(scene.manifest().dump().sha256());
        assertThat(record.rows()).isEqualTo(scene.manifest().fingerprint().rows());
        assertThat(record.proofs()).hasSizeGreaterThan(9);
    }

    @Test
    void aSignedRecordTellsWhetherItWasChanged() throws Exception {
        place.smallDatabase("drill_signed");
        scene.set("BMM_DRILL_TARGET", "database");
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(KeyPairGenerator.getInstance("Ed25519")
                                .generateKeyPair()
                                .getPrivate()
                                .getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        scene.set(
                "BMM_DRILL_SIGN_KEY_FILE",
                Files.writeString(directory.resolve("key"), pem).toString());
        scene.run("restore-drill").isDone();
        Path record = place.onlyRecord();

        assertThat(scene.run("restore-drill", "--verify-record", record.toString())
                        .isDone()
                        .out())
                .contains("the signature is right")
                .contains("proven");

        Files.writeString(record, Files.readString(record).replace("\"rows\": 1000", "\"rows\": 1001"));
        scene.run("restore-drill", "--verify-record", record.toString()).failed(4, "signature is not right", "key");
        scene.set(
                "BMM_DRILL_SIGN_KEY_FILE",
                Files.writeString(directory.resolve("key"), "nonsense").toString());
        scene.run("restore-drill", "--verify-record", record.toString())
                .failed(78, "not an Ed25519 private key", "openssl");
        scene.unset("BMM_DRILL_SIGN_KEY_FILE");
        // Then it is the key of the manifests, which this one was not signed with.
        scene.run("restore-drill", "--verify-record", record.toString()).failed(4, "signature is not right", "key");
        Files.delete(directory.resolve("state").resolve(ManifestKeys.FILE));
        scene.run("restore-drill", "--verify-record", record.toString()).failed(78, "no key", "BMM_DRILL_VERIFY_KEY");
    }

    @Test
    void theOffSiteCopyIsDrilledAndKeptByRetention() throws Exception {
        Path remote = scene.offSite("remote");
        scene.set("BMM_DRILL_PUBLISH", "yes");
        place.smallDatabase("drill_remote");

        JsonObject json = scene.run("restore-drill", "--json").isDone().json();

        JsonObject drill = json.getAsJsonArray("drills").get(0).getAsJsonObject();
        assertThat(drill.get("place").getAsString()).contains(remote.toString());
        assertThat(drill.get("proven").getAsBoolean()).isTrue();
        assertThat(drill.getAsJsonObject("seconds").get("rto").getAsDouble()).isPositive();
        assertThat(Scene.content(remote).keySet()).anyMatch(name -> name.endsWith(".drill.json"));
        // The record beside it is taken neither for a dump nor for a backup.
        scene.run("verify", "--from", "file://" + remote).isDone();
        scene.run("restore-drill").isDone();
        scene.backup("drill_remote").isDone();
        scene.set("BMM_KEEP_WITHIN", "0").set("BMM_KEEP_LAST", "1");
        assertThat(scene.run("prune").isDone().out()).contains("newest that passed a drill");
    }

    @Test
    void whatIsKeptCanBeLookedAtUntilItIsCleanedUp() throws Exception {
        place.smallDatabase("drill_kept");

        Scene.Outcome outcome = scene.run("restore-drill", "--keep").isDone();

        String connect = outcome.out()
                .lines()
                .filter(line -> line.startsWith("kept:"))
                .findFirst()
                .orElseThrow()
                .substring("kept:".length());
        assertThat(place.shell(connect + " -XAtc 'SELECT count(*) FROM t'")).isEqualTo("1000");
        scene.run("restore-drill").isDone();
        assertThat(place.shell(connect + " -XAtc 'SELECT count(*) FROM t'")).isEqualTo("1000");
        assertThat(scene.run("restore-drill", "--clean").isDone().out()).contains("removed");
        assertThat(place.left()).isEmpty();
    }

    @Test
    void aThrowawayDatabaseInTheServerIsAnotherPlace() throws Exception {
        place.smallDatabase("drill_target");
        scene.set("BMM_DRILL_TARGET", "database");
        String before = scene.server.query("postgres", "SELECT datname FROM pg_database ORDER BY 1");
        // What a run that was killed has left, and what only looks like it.
        scene.server.sql(
                "postgres", "CREATE DATABASE bmm_drill_dead_0123456789ab", "CREATE DATABASE bmm_drill_precious");

        Scene.Outcome outcome = scene.run("restore-drill").isDone();

        assertThat(outcome.out())
                .contains("restored, equal: 1 table, 1 000 rows")
                .contains("roles are not the drill's");
        scene.server.sql("postgres", "DROP DATABASE bmm_drill_precious");
        assertThat(scene.server.query("postgres", "SELECT datname FROM pg_database ORDER BY 1"))
                .isEqualTo(before);

        Scene.Outcome kept = scene.run("restore-drill", "--keep").isDone();
        assertThat(kept.out()).contains("kept:    psql -d bmm_drill_drill_target_");
        scene.run("restore-drill", "--clean").isDone();
        assertThat(scene.server.query("postgres", "SELECT datname FROM pg_database ORDER BY 1"))
                .isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "scratch; pg_dump -Fc -f $F",
                "scratch; pg_dump -Fp | gzip > $F",
                "database; pg_dump -Fd -f $F",
                "database; pg_dump -Ft -f $F",
                "database; pg_dump -Fp -f $F",
                "database; pg_dump -Fp | zstd -q > $F",
                "database; pg_dump -Fc -Z0 | zstd -q > $F",
            })
    void dumpsOfOthersAreProvenAgainstTheirArchive(String target, String command) throws Exception {
        scene.set("BMM_DRILL_TARGET", target);
        Path file = directory.resolve("foreign");
        place.shell("export PGHOST='%s' PGPORT=%d PGUSER=postgres PGDATABASE=%s PATH='%s':$PATH F='%s'; %s"
                .formatted(
                        scene.server.socketDirectory(),
                        scene.server.port(),
                        scene.server.sample(),
                        scene.server.bin(),
                        file,
                        command));

        Scene.Outcome outcome =
                scene.run("restore-drill", "--dump", file.toString()).isDone();

        assertThat(outcome.out())
                .contains("missing  hash")
                .contains("missing  extensions")
                .contains("proven   content        every value of 5")
                .contains("= archive")
                .contains("restored, equal")
                .doesNotContain("FAILED");
    }

    @Test
    void theUsersTablesAndStatementsAreLookedAt() throws Exception {
        place.smallDatabase("drill_checks");
        Path sql = directory.resolve("checks.sql");
        Files.writeString(sql, """
                -- name: enough rows; really
                SELECT count(*) > 900 FROM t; -- not; a statement
                /* another; */ SELECT 'a;''b' = $x$a;'b$x$
                """, StandardCharsets.UTF_8);
        scene.set("BMM_DRILL_TABLES", "t,public.t").set("BMM_DRILL_SQL", sql.toString());

        assertThat(scene.run("restore-drill").isDone().out())
                .contains("proven   schema         2 tables")
                .contains("proven   sql            2 statements");
    }

    @Test
    void anEarlierBackupCanBeAskedFor() throws Exception {
        place.smallDatabase("drill_times");
        scene.set("BMM_DRILL_TARGET", "database");
        scene.server.sql("drill_times", "DELETE FROM t WHERE id > 10");
        scene.backup("drill_times").isDone();

        assertThat(scene.run("restore-drill").isDone().out()).contains("1 table, 10 rows");
        assertThat(scene.run("restore-drill", "--at", "2026-11-21T03:30:00Z")
                        .isDone()
                        .out())
                .contains("1 table, 1 000 rows");
        assertThat(scene.run(
                                "restore-drill",
                                "--at",
                                "2026-11-21T03:30:00Z",
                                "--database",
                                "drill_times",
                                "--from",
                                "local")
                        .isDone()
                        .out())
                .contains("1 table, 1 000 rows");
        assertThat(Stream.of(place.left())).allMatch(List::isEmpty);
    }
}
