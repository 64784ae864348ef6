package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.cli.Scene.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stored backups are read again: what is whole is called good, what is not is named. */
@Timeout(120)
final class VerifyCommandTest {
    @TempDir
    Path directory;

    private Scene scene;

    @BeforeEach
    void scene() {
        scene = new Scene(directory).set("BMM_DATABASES", ScratchSample.NAME);
    }

    /** A database of a few rows, so that many damaged copies are read in little time. */
    private static final class ScratchSample {
        static final String NAME = "small";

        static void make(Scene scene) {
            scene.server.createDatabase(NAME);
            scene.server.sql(
                    NAME,
                    "CREATE TABLE t (a serial, b text)",
                    "INSERT INTO t (b) SELECT md5(i::text) FROM generate_series(1, 500) i",
                    "CREATE TABLE u AS SELECT * FROM t",
                    "SELECT lo_from_bytea(0, 'a large object')");
        }
    }

    private void backup() {
        ScratchSample.make(scene);
        scene.run("backup").isDone();
    }

    @ParameterizedTest
    @CsvSource({"custom,zstd,1", "custom,gzip,1", "plain,gzip,1", "custom,gzip,2"})
    void whateverIsDamagedIsNamed(String format, String compression, String jobs) throws IOException {
        scene.set("BMM_DUMP_FORMAT", format).set("BMM_COMPRESSION", compression).set("BMM_DUMP_JOBS", jobs);
        backup();
        Path dump = scene.backups.resolve(scene.manifest().dump().file());
        byte[] good = Files.readAllBytes(dump);
        scene.run("verify").isDone();
        scene.run("verify", dump.toString()).isDone();
        Random random = new Random(20261121);
        for (int i = 0; i < 25; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            damaged(dump, bad);
            damaged(dump, java.util.Arrays.copyOf(good, random.nextInt(good.length)));
        }
        damaged(dump, java.util.Arrays.copyOf(good, good.length + 1));
        damaged(dump, java.util.Arrays.copyOf(good, good.length + 4096));
        damaged(dump, new byte[0]);
        byte[] swapped = good.clone();
        swapped[good.length / 2] = good[good.length / 2 + 1];
        swapped[good.length / 2 + 1] = good[good.length / 2];
        if (swapped[good.length / 2] != good[good.length / 2]) {
            damaged(dump, swapped);
        }
        Files.write(dump, good);
        scene.run("verify").isDone();
    }

    private void damaged(Path dump, byte[] content) throws IOException {
        Files.write(dump, content);
        Outcome outcome = scene.run("verify").failed(4, dump.getFileName().toString(), "");
        assertThat(outcome.out()).contains("DAMAGED  " + dump.getFileName()).contains("0 of 1 backup good");
    }

    @ParameterizedTest
    @CsvSource({"custom,zstd,1", "custom,gzip,1", "plain,gzip,1", "custom,gzip,2"})
    void aCutIsSeenWithoutAManifestToo(String format, String compression, String jobs) throws IOException {
        scene.set("BMM_DUMP_FORMAT", format).set("BMM_COMPRESSION", compression).set("BMM_DUMP_JOBS", jobs);
        backup();
        Path dump = directory.resolve(scene.manifest().dump().file());
        byte[] good = Files.readAllBytes(scene.backups.resolve(dump.getFileName()));
        Files.write(dump, good);
        assertThat(scene.run("verify", dump.toString()).isDone().out()).contains("no manifest beside it");
        for (int i = 1; i < 12; i++) {
            Files.write(dump, java.util.Arrays.copyOf(good, good.length * i / 12));
            scene.run("verify", dump.toString()).failed(4, dump.toString(), "");
        }
    }

    @Test
    void aDumpWithoutManifestAndAManifestWithoutDump() throws IOException {
        backup();
        scene.run("backup").isDone();
        Path first = scene.backups.resolve("small-20261121T031500Z.manifest.json");
        Files.delete(first);
        Files.delete(scene.backups.resolve(scene.manifest().dump().file()));

        Outcome outcome = scene.run("verify");

        outcome.failed(4, "no manifest beside it", "")
                .failed(4, "the manifest is there, the dump small-20261121T041500Z", "");
        assertThat(outcome.out()).contains("0 of 2 backups good");
    }

    @Test
    void anEditedManifest() throws IOException {
        backup();
        Path manifest = scene.only(".manifest.json");
        String good = Files.readString(manifest);
        for (String[] edit : new String[][] {
            {"\"rows\": 500", "\"rows\": 501"},
            {"\"name\": \"u\"", "\"name\": \"v\""},
            {"\"sha256\": \"", "\"sha256\": \"00"},
            {"bmm-manifest-2", "bmm-manifest-9"},
            {"{", ""}
        }) {
            String edited = good.replaceFirst(java.util.regex.Pattern.quote(edit[0]), edit[1]);
            Files.writeString(manifest, edited);
            scene.run("verify").failed(4, "its signature is wrong", "--allow-unsigned");
            scene.run("verify", "--allow-unsigned").failed(4, "small-20261121T031500Z", "");
            // Whoever holds the key can still be wrong.
            scene.edit(manifest, same -> edited);
            scene.run("verify").failed(4, "small-20261121T031500Z", "");
            Files.delete(manifest.resolveSibling(manifest.getFileName() + ".sig"));
        }
        Files.writeString(manifest, "");
        scene.run("verify").failed(4, "small-20261121T031500Z", "");
        Files.writeString(
                manifest, "{\"format\": \"bmm-manifest-1\", \"dump\": {}, \"database\": {}, \"fingerprint\": {}}");
        scene.run("verify").failed(4, "small-20261121T031500Z", "");
    }

    @Test
    void damagedGlobals() throws IOException {
        backup();
        Path globals = scene.only(".globals.sql");
        Files.writeString(globals, "-- nothing", StandardOpenOption.APPEND);
        scene.run("verify").failed(4, "globals.sql: its hash", "");
        Files.delete(globals);
        scene.run("verify").failed(4, "globals.sql", "");
    }

    @Test
    void eachDamagedOneIsNamedAndOnlyThese() throws IOException {
        backup();
        scene.run("backup").isDone();
        scene.run("backup").isDone();
        for (String hour : new String[] {"03", "04"}) {
            Path dump = scene.backups.resolve("small-20261121T" + hour + "1500Z.dump.zst");
            Path file = Files.exists(dump) ? dump : scene.backups.resolve("small-20261121T" + hour + "1500Z.dump");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}), channel.size() / 2);
            }
        }

        scene.run("verify").isDone();
        Outcome all = scene.run("verify", "--all");
        all.failed(4, "small-20261121T031500Z", "").failed(4, "small-20261121T041500Z", "");
        assertThat(all.out()).contains("1 of 3 backups good");
        assertThat(all.errors()).hasSize(2);
        assertThat(scene.run("verify", "--since", "2026-11-21T04:00:00Z").out()).contains("1 of 2 backups good");
        scene.run("verify", "--since", "2026-11-22").failed(4, "there is no backup to verify", "--since");
        assertThat(scene.run("verify", "--since", "yesterday").exit()).isEqualTo(64);
        assertThat(scene.run("verify", "--all", "--json").json().getAsJsonArray("backups"))
                .hasSize(3);
    }

    @Test
    void aStoreIsVerifiedAsTheLocalDirectoryIs() throws IOException {
        Path store = scene.offSite("off-site");
        backup();
        scene.run("verify", "--from", "file://" + store).isDone();
        Map<String, String> files = Scene.content(store);
        Path dump = store.resolve(files.keySet().stream()
                .filter(name -> name.contains(".dump"))
                .findFirst()
                .orElseThrow());
        byte[] bytes = Files.readAllBytes(dump);
        bytes[bytes.length / 3] ^= 4;
        Files.write(dump, bytes);

        scene.run("verify", "--from", "file://" + store)
                .failed(4, dump.getFileName().toString(), "");
        scene.run("verify").isDone();
        Files.move(store, directory.resolve("gone"));
        scene.run("verify", "--from", "file://" + store).failed(3, "does not exist", "mounted");
    }

    @Test
    void filesThatAreNoDumps() throws IOException {
        assertThat(scene.run("verify", directory.resolve("none.dump").toString())
                        .exit())
                .isEqualTo(64);
        Path text = Files.writeString(directory.resolve("text.txt"), "hello");
        assertThat(scene.run("verify", text.toString()).exit()).isEqualTo(64);
        for (String ending : new String[] {".dump", ".dump.zst", ".sql.gz", ".dir.tar"}) {
            Path file = Files.writeString(directory.resolve("hello" + ending), "hello");
            scene.run("verify", file.toString()).failed(4, "hello" + ending, "");
        }
        scene.run("verify").failed(4, "there is no backup to verify", "BMM_BACKUP_DIR");
    }
}
