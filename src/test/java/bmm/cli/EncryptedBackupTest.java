package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.catalog.BackupName;
import bmm.catalog.Manifest;
import bmm.catalog.SealedManifest;
import bmm.catalog.StoredManifest;
import bmm.cli.Scene.Outcome;
import bmm.stream.AgeTool;
import bmm.stream.Identities;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backups that only the holder of an identity can read, with bmm or without it. */
@Timeout(180)
final class EncryptedBackupTest {
    private static final String MARK = "only-for-the-holder-of-the-key";

    @TempDir
    Path directory;

    private Scene scene;
    private Path store;
    private Path key;

    @BeforeEach
    void aDatabase() throws Exception {
        scene = new Scene(directory);
        store = scene.offSite("off-site");
        key = AgeTool.identity(scene.directory("keys").resolve("key.txt"));
        scene.set("BMM_AGE_RECIPIENTS", AgeTool.recipient(key));
        scene.server.createDatabase("prey");
        scene.server.sql(
                "prey",
                "CREATE TABLE secret_customers AS SELECT i AS a, '" + MARK
                        + "'::text AS b FROM generate_series(1, 12345) i");
    }

    @AfterEach
    void otherTestsShareTheServer() {
        scene.server
                .query("postgres", "SELECT datname FROM pg_database WHERE datname ~ '^(prey.+|enc_.)$'")
                .lines()
                .forEach(name -> scene.server.sql("postgres", "DROP DATABASE " + name));
    }

    private void withIdentity() {
        scene.set("BMM_AGE_IDENTITY_FILE", key.toString());
    }

    private void withOtherIdentity() throws Exception {
        Path other = scene.root.resolve("keys/other.txt");
        scene.set("BMM_AGE_IDENTITY_FILE", (Files.exists(other) ? other : AgeTool.identity(other)).toString());
    }

    private void withoutIdentity() {
        scene.unset("BMM_AGE_IDENTITY_FILE");
    }

    private static List<Path> below(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static Path only(Path root, String ending) throws IOException {
        return below(root).stream()
                .filter(file -> Scene.ends(file.toString(), ending))
                .reduce((a, b) -> {
                    throw new AssertionError(a + " and " + b);
                })
                .orElseThrow(() -> new AssertionError("no " + ending + " in " + root));
    }

    private static SealedManifest sealed(Path root) throws IOException {
        return (SealedManifest) StoredManifest.parse(Files.readAllBytes(only(root, ".manifest.json")));
    }

    private Manifest opened(SealedManifest sealed) throws IOException {
        return sealed.opened(Identities.parse(Files.readString(key)).fromArmored(sealed.whole()));
    }

    /** The names of its tables, its roles and its rows stay inside; so does what is counted of them. */
    private static void tellsNothing(Path root) throws IOException {
        for (Path file : below(root)) {
            String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
            assertThat(bytes)
                    .as(file.toString())
                    .doesNotContain(
                            MARK, "secret_customers", "12345", "\"rows\":", "\"hash\":", "CREATE ROLE", "owner");
        }
        JsonObject manifest = JsonParser.parseString(Files.readString(only(root, ".manifest.json")))
                .getAsJsonObject();
        assertThat(manifest.keySet())
                .containsExactlyInAnyOrder(
                        "format",
                        "tool",
                        "instance",
                        "startedAt",
                        "snapshotAt",
                        "finishedAt",
                        "dump",
                        "globals",
                        "verified",
                        "restore",
                        "howToRead",
                        "private",
                        "signedBy",
                        "signature");
        assertThat(manifest.getAsJsonObject("dump").keySet()).containsExactlyInAnyOrder("file", "bytes", "sha256");
    }

    @ParameterizedTest
    @CsvSource({
        ".dump.zst.age, BMM_COMPRESSION, zstd",
        ".dump.age, BMM_COMPRESSION, gzip",
        ".sql.gz.age, BMM_DUMP_FORMAT, plain",
        ".dir.tar.age, BMM_DUMP_JOBS, 2"
    })
    void everythingIsEncryptedAndComesBackWithStandardToolsAlone(String ending, String setting, String value)
            throws Exception {
        scene.set(setting, value).backup("prey").isDone();

        assertThat(scene.only(ending)).isRegularFile();
        assertThat(scene.only(".globals.sql.age")).isRegularFile();
        tellsNothing(scene.backups);
        tellsNothing(store);
        SealedManifest sealed = sealed(scene.backups);
        assertThat(sealed.verified())
                .containsSubsequence("hash", "decrypted", "archive", "tables", "rows", "content")
                .doesNotContain("encrypted");
        assertThat(Scene.content(store).values())
                .containsExactlyInAnyOrderElementsOf(scene.content().values());

        Path elsewhere = scene.directory("elsewhere");
        Files.copy(key, elsewhere.resolve("key.txt"));
        for (Path file : below(store)) {
            Files.copy(file, elsewhere.resolve(file.getFileName()));
        }
        scene.server.sql("postgres", "DROP DATABASE prey");
        scene.server.sql("postgres", "CREATE DATABASE prey TEMPLATE template0");
        Restored.byShell("set -e; " + sealed.restore(), elsewhere);
        Restored.holds("prey", opened(sealed));
        assertThat(sealed.restore()).startsWith(ending.equals(".dir.tar.age") ? "mkdir dump && age -d" : "age -d -i ");

        Restored.byShell(
                sealed.howToRead()
                                .replaceFirst("^jq -r .private", "sed -n 's/.*\"private\": \"//p'")
                                .replaceFirst(" \\| age", " | sed 's/\",*\\$//; s/\\\\\\\\n/\\\\n/g' | age")
                        + " > whole.json",
                elsewhere);
        assertThat(elsewhere.resolve("whole.json"))
                .hasBinaryContent(opened(sealed).toJson());
    }

    @Test
    void thePrintedCommandRestoresHere() throws Exception {
        Outcome outcome = scene.backup("prey").isDone();
        assertThat(outcome.out())
                .containsPattern("\\.dump(\\.zst)?\\.age")
                .contains("verified: hash, archive, 1 table");
        scene.server.sql("postgres", "DROP DATABASE prey");
        Restored.byShell(outcome.restoreCommands().getFirst(), key.getParent());
        Restored.holds("prey", opened(sealed(scene.backups)));
    }

    @Test
    void verifyTellsHowFarItCame() throws Exception {
        scene.backup("prey").isDone();
        for (List<String> where : List.of(
                List.<String>of(),
                List.of("--from", "file://" + store),
                List.of(scene.only(".dump.zst.age").toString()))) {
            String[] words = Stream.concat(Stream.of("verify"), where.stream()).toArray(String[]::new);
            withoutIdentity();
            assertThat(scene.run(words).isDone().out())
                    .contains("good", "hash only: it is encrypted, and no identity is here");
            withIdentity();
            assertThat(scene.run(words).isDone().out()).contains("hash, archive, 1 table, 12 345 rows = manifest");
            withOtherIdentity();
            assertThat(scene.run(words)
                            .failed(78, "none of the identities given opens it", "BMM_AGE_IDENTITY_FILE")
                            .out())
                    .contains("LOCKED", "0 of 1 backup good");
        }
        // Decrypted by hand beside it: another file than the manifest's.
        Path plain = Path.of(BackupName.withoutAge(scene.only(".dump.zst.age").toString()));
        withIdentity();
        try (InputStream in =
                Identities.parse(Files.readString(key)).decrypt(Files.newInputStream(scene.only(".dump.zst.age")))) {
            Files.copy(in, plain);
        }
        assertThat(scene.run("verify", plain.toString()).isDone().out())
                .contains("archive decoded, 1 table, 12 345 rows; no manifest beside it");
    }

    @Test
    void everyWayToRestoreWorksWithTheIdentity() throws Exception {
        scene.backup("prey").isDone();
        scene.server.sql("prey", "CREATE TABLE later AS SELECT 1 AS a");
        withIdentity();
        Manifest manifest = opened(sealed(scene.backups));

        scene.run("restore", "--yes", "--database", "prey", "--into", "enc_a", "--from", "local")
                .isDone();
        Restored.holds("enc_a", manifest);
        scene.run(
                        "restore",
                        "--yes",
                        "--database",
                        "prey",
                        "--into",
                        "enc_b",
                        "--jobs",
                        "2",
                        "--globals",
                        "--from",
                        "file://" + store)
                .isDone();
        Restored.holds("enc_b", manifest);
        scene.run("restore", "--yes", "--dump", scene.only(".dump.zst.age").toString(), "--into", "enc_c")
                .isDone();
        Restored.holds("enc_c", manifest);
        // Another name, no manifest: whatever age encrypted is told by its first bytes.
        Path moved =
                Files.copy(scene.only(".dump.zst.age"), scene.directory("moved").resolve("some.file"));
        scene.run("restore", "--yes", "--dump", moved.toString(), "--into", "enc_d")
                .isDone();
        Restored.holds("enc_d", manifest);
        Path file = scene.root.resolve("plain.dump");
        scene.run("restore", "--database", "prey", "--to-file", file.toString()).isDone();
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).startsWith("PGDMP");
        scene.run("restore", "--yes", "--dump", file.toString(), "--into", "enc_e")
                .isDone();
        Restored.holds("enc_e", manifest);
        scene.run("restore", "--yes", "--replace", "--database", "prey").isDone();
        Restored.holds("prey", manifest);
        assertThat(below(scene.root.resolve("tmp"))).isEmpty();
    }

    @Test
    void aDrillProvesIt() throws IOException {
        scene.backup("prey").isDone();
        // The path of a socket is short, and the server's user must get there.
        Path drills = Files.createTempDirectory("bmm-dr");
        Files.setPosixFilePermissions(drills, PosixFilePermissions.fromString("rwxr-xr-x"));
        scene.set("BMM_TEMP_DIR", drills.toString());
        String[] drill = {"restore-drill", "--database", "prey"};
        scene.run(drill).failed(78, "it is encrypted, and no identity is given", "BMM_AGE_IDENTITY_FILE");
        withIdentity();
        scene.set("BMM_DRILL_PUBLISH", "yes");
        assertThat(scene.run(drill).isDone().out()).contains("restored, equal: ");
        Files.delete(drills);
        assertThat(Scene.content(store).keySet()).anyMatch(name -> name.endsWith(".drill.json.age"));
        assertThat(scene.run("verify", "--from", "file://" + store).isDone().out())
                .contains("1 of 1 backup good");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void withoutTheRightIdentityItIsSaidInOneLine(boolean other) throws Exception {
        scene.backup("prey").isDone();
        Path dump = scene.only(".dump.zst.age");
        Path alone = Files.copy(dump, scene.directory("alone").resolve(dump.getFileName()));
        if (other) {
            withOtherIdentity();
        }
        String says = other ? "none of the identities given opens it" : "it is encrypted, and no identity is given";
        String out = scene.root.resolve("out").toString();
        for (List<String> words : List.of(
                List.of("restore", "--yes", "--database", "prey", "--into", "enc_x"),
                List.of("restore", "--yes", "--into", "enc_x", "--from", "file://" + store),
                List.of("restore", "--dry-run", "--database", "prey", "--into", "enc_x"),
                List.of("restore", "--database", "prey", "--to-file", out),
                List.of("restore", "--yes", "--dump", dump.toString(), "--into", "enc_x"),
                List.of("restore", "--yes", "--dump", alone.toString(), "--into", "enc_x"),
                List.of("restore", "--dump", alone.toString(), "--to-file", out),
                List.of("restore-drill", "--dump", alone.toString()),
                List.of("verify", alone.toString()))) {
            Outcome outcome = scene.run(words.toArray(String[]::new));
            outcome.failed(78, dump.getFileName() + ": " + says, "BMM_AGE_IDENTITY_FILE");
            assertThat(outcome.errors()).hasSize(1);
        }
        assertThat(Path.of(out)).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "bit", "last"})
    void damageIsToldApartFromALock(String how) throws Exception {
        scene.backup("prey").isDone();
        Path dump = scene.only(".dump.zst.age");
        damage(dump, how);
        Path alone = Files.copy(dump, scene.directory("alone").resolve(dump.getFileName()));
        String name = dump.getFileName().toString();

        scene.run("verify").failed(4, name, "another copy");
        withOtherIdentity();
        scene.run("verify").failed(4, name, "another copy");
        withIdentity();
        scene.run("verify").failed(4, name, "another copy");
        scene.run("restore", "--yes", "--from", "local", "--into", "enc_x").failed(4, name, "--from STORE");
        // Nothing to compare a hash with: then it is the encryption itself that tells.
        scene.run("verify", alone.toString()).failed(4, "damaged", "another copy");
        scene.run(
                        "restore",
                        "--dump",
                        alone.toString(),
                        "--to-file",
                        scene.root.resolve("out").toString())
                .failed(4, name + ": its encrypted bytes are cut or damaged", "another copy");
        assertThat(scene.root.resolve("out")).doesNotExist();
        assertThat(below(scene.root.resolve("tmp"))).isEmpty();
    }

    private static void damage(Path file, String how) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        switch (how) {
            case "cut" -> bytes = Arrays.copyOf(bytes, bytes.length - 100);
            case "bit" -> bytes[bytes.length / 2] ^= 4;
            default -> bytes[bytes.length - 1] ^= 1;
        }
        Files.write(file, bytes);
    }

    @Test
    void aManifestWhoseInsideWasChanged() throws Exception {
        scene.backup("prey").isDone();
        scene.backup("prey").isDone();
        List<Path> manifests = below(scene.backups).stream()
                .filter(file -> file.toString().endsWith(".manifest.json"))
                .toList();
        String older = Files.readString(manifests.getFirst());
        String newer = Files.readString(manifests.getLast());
        withIdentity();

        scene.edit(manifests.getLast(), text -> newer.replace(inside(newer), inside(older)));
        scene.run("verify").failed(4, "its private part is of other files", "another copy");
        String text = inside(newer);
        int middle = text.length() / 2 / 66 * 66 + 100;
        char c = text.charAt(middle);
        scene.edit(
                manifests.getLast(),
                all -> newer.replace(
                        text, text.substring(0, middle) + (c == 'A' ? 'B' : 'A') + text.substring(middle + 1)));
        scene.run("verify").failed(4, "its manifest: ", "another copy");
        scene.run("restore", "--yes", "--into", "enc_x", "--database", "prey", "--from", "local")
                .failed(4, "its manifest: ", "the one before it: --at");
    }

    private static String inside(String json) {
        String begin = "\"private\": \"";
        int at = json.indexOf(begin) + begin.length();
        return json.substring(at, json.indexOf('"', at));
    }

    @Test
    void plainHereAndEncryptedThere() throws Exception {
        Path second = scene.directory("second");
        scene.set("BMM_BACKUP_REMOTE", "file://" + store + " file://" + second)
                .set("BMM_ENCRYPT", "remote")
                .backup("prey")
                .isDone();

        assertThat(scene.only(".dump.zst")).isRegularFile();
        Manifest here = scene.manifest();
        tellsNothing(store);
        assertThat(Scene.content(second).keySet())
                .isEqualTo(Scene.content(store).keySet());
        assertThat(only(second, ".dump.zst.age")).hasSameBinaryContentAs(only(store, ".dump.zst.age"));
        assertThat(below(scene.backups)).noneMatch(file -> file.toString().endsWith(".age"));
        SealedManifest there = sealed(store);
        assertThat(there.verified())
                .startsWith("hash", "archive")
                .endsWith("encrypted")
                .doesNotContain("decrypted");
        assertThat(opened(there).fingerprint()).isEqualTo(here.fingerprint());

        Path elsewhere = scene.directory("elsewhere");
        Files.copy(key, elsewhere.resolve("key.txt"));
        Files.copy(only(store, ".dump.zst.age"), elsewhere.resolve(there.dump().file()));
        scene.server.sql("postgres", "DROP DATABASE prey");
        scene.server.sql("postgres", "CREATE DATABASE prey TEMPLATE template0");
        Restored.byShell(there.restore(), elsewhere);
        Restored.holds("prey", here);

        // Here without the identity; from there only with it.
        scene.run("restore", "--yes", "--into", "enc_x", "--database", "prey").isDone();
        scene.run("restore", "--yes", "--into", "enc_y", "--from", "file://" + store)
                .failed(78, "no identity", "IDENTITY");
        withIdentity();
        scene.run("restore", "--yes", "--into", "enc_y", "--from", "file://" + store)
                .isDone();
        Restored.holds("enc_y", here);
    }

    @Test
    void whatWasPlainBeforeIsEncryptedWhenItIsSentLater() throws Exception {
        scene.unset("BMM_AGE_RECIPIENTS")
                .unset("BMM_BACKUP_REMOTE")
                .backup("prey")
                .isDone();
        scene.set("BMM_AGE_RECIPIENTS", AgeTool.recipient(key));
        scene.offSite("off-site");
        // The store has an older one, so that both are missing there.
        scene.backup("prey").isDone();

        assertThat(Scene.content(store).keySet())
                .hasSize(6)
                .allMatch(name -> name.endsWith(".age") || name.endsWith(".json"));
        for (Path manifest : below(store).stream()
                .filter(file -> file.toString().endsWith(".json"))
                .toList()) {
            assertThat(StoredManifest.parse(Files.readAllBytes(manifest))).isInstanceOf(SealedManifest.class);
        }
        scene.unset("BMM_AGE_RECIPIENTS");
        assertThat(scene.backup("prey").isDone().err()).contains("the last backup was encrypted, this one will not be");
    }

    @Test
    void aSendThatBrokeOffGoesOnWithTheSameBytes() throws Exception {
        scene.set("BMM_ENCRYPT", "remote");
        Path blocked = store.resolve("bmm/prey/2026/11/21/prey-20261121T031500Z.manifest.json");
        Files.createDirectories(blocked.resolve("in the way"));
        assertThat(scene.backup("prey").exit()).isEqualTo(3);
        Path sent = only(store, ".dump.zst.age");
        assertThat(below(scene.backups.resolve(".outgoing"))).hasSize(2);
        Map<String, String> before = new TreeMap<>(Scene.content(sent.getParent()));

        Files.delete(blocked.resolve("in the way"));
        Files.delete(blocked);
        scene.backup("prey").isDone();

        assertThat(Scene.content(sent.getParent())).containsAllEntriesOf(before).hasSize(6);
        assertThat(below(scene.backups.resolve(".outgoing"))).isEmpty();
        withIdentity();
        assertThat(scene.run("verify", "--all", "--from", "file://" + store)
                        .isDone()
                        .out())
                .contains("2 of 2");
    }

    @Test
    void aLocalDumpThatIsDamagedIsNotSent() throws Exception {
        scene.set("BMM_ENCRYPT", "remote").unset("BMM_BACKUP_REMOTE");
        scene.backup("prey").isDone();
        damage(scene.only(".dump.zst"), "bit");
        scene.offSite("off-site");

        scene.backup("prey").failed(3, "its hash is not the one in the manifest; it was not sent", "bmm verify");
        assertThat(Scene.content(store).keySet()).hasSize(3).noneMatch(name -> name.contains("T031500Z"));
        assertThat(below(scene.backups.resolve(".outgoing"))).isEmpty();
    }

    @Test
    void settingsThatAreWrongAreToldBeforeAnythingIsDumped() throws Exception {
        String secret = Files.readAllLines(key).getLast();
        scene.set("BMM_AGE_RECIPIENTS", "age1typingerror");
        scene.backup("prey").failed(78, "BMM_AGE_RECIPIENTS: age1typingerror is no X25519 recipient", "age-keygen");
        scene.set("BMM_AGE_RECIPIENTS", secret);
        assertThat(scene.backup("prey")
                        .failed(78, "that is an identity, which is secret", "age-keygen")
                        .err())
                .doesNotContain(secret.substring(20));
        scene.unset("BMM_AGE_RECIPIENTS").set("BMM_ENCRYPT", "remote");
        scene.backup("prey").failed(78, "BMM_ENCRYPT is set, but not to whom", "BMM_AGE_RECIPIENTS");
        scene.unset("BMM_ENCRYPT").set("BMM_AGE_IDENTITY", "AGE-SECRET-KEY-1NONSENSE");
        assertThat(scene.run("verify")
                        .failed(78, "BMM_AGE_IDENTITY: line 1 is no X25519 identity", "_FILE")
                        .err())
                .doesNotContain("NONSENSE");
        assertThat(scene.content()).isEmpty();
    }
}
