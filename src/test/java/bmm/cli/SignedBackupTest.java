package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.catalog.ManifestKeys;
import bmm.cli.Scene.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store's owner puts there, changes there or takes away from there. */
final class SignedBackupTest {
    private static final String DATABASE = "signed";

    @TempDir
    Path root;

    private Scene scene;
    private Path store;

    @BeforeEach
    void aDatabase() {
        scene = new Scene(root);
        store = scene.offSite("off-site");
        scene.server.createDatabase(DATABASE);
        scene.server.sql(DATABASE, "CREATE TABLE t AS SELECT i, md5(i::text) FROM generate_series(1, 200) i");
        scene.set("BMM_DATABASES", DATABASE);
        scene.set("BMM_DRILL_ACCEPT", "owners-code-runs-as-superuser");
    }

    @AfterEach
    void noDatabase() {
        for (String name : List.of("signed", "signed2")) {
            scene.server.dropDatabase(name);
        }
    }

    private Path key() {
        return root.resolve("state").resolve(ManifestKeys.FILE);
    }

    private static Path newest(Path directory, String ending) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> Scene.ends(file.toString(), ending))
                    .max(Path::compareTo)
                    .orElseThrow();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Outcome restore(String... more) {
        scene.server.dropDatabase("signed2");
        return scene.run(Stream.concat(
                        Stream.of("restore", "--database", DATABASE, "--into", "signed2", "--yes"), Stream.of(more))
                .toArray(String[]::new));
    }

    private Outcome drill(String... more) {
        scene.set("BMM_DRILL_TARGET", "database");
        return scene.run(
                Stream.concat(Stream.of("restore-drill"), Stream.of(more)).toArray(String[]::new));
    }

    /** A backup in the same place by somebody who has another key. */
    private String forge() {
        String state = scene.environment.get("BMM_STATE_DIR");
        Path elsewhere = scene.directory("elsewhere");
        scene.set("BMM_STATE_DIR", root.resolve("forger").toString()).set("BMM_BACKUP_DIR", elsewhere.toString());
        scene.run("backup").isDone();
        scene.set("BMM_STATE_DIR", state).set("BMM_BACKUP_DIR", scene.backups.toString());
        return newest(elsewhere, ".manifest.json").getFileName().toString().replace(".manifest.json", "");
    }

    /** Makes a manifest what it was before there were signatures. */
    private static void makeOld(Path manifest) throws IOException {
        String text = Files.readString(manifest);
        Files.writeString(
                manifest,
                text.replaceAll("(?s),\\s*\"signedBy\".*\\z", "\n}\n")
                        .replaceAll("\\s*\"unpackedBytes\": \\d+,", "")
                        .replace("bmm-manifest-2", "bmm-manifest-1"));
    }

    @Test
    void theFirstBackupMakesAKeyThatNobodyElseCanRead() throws IOException {
        scene.run("verify", "--show-key").failed(78, "no signing key yet", "bmm backup");
        assertThat(key()).doesNotExist();

        Outcome first = scene.run("backup").isDone();
        byte[] made = Files.readAllBytes(key());
        scene.run("backup").isDone();

        assertThat(Files.readAllBytes(key())).isEqualTo(made);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key())))
                .isEqualTo("rw-------");
        String secret = new String(made, StandardCharsets.US_ASCII)
                .lines()
                .skip(1)
                .findFirst()
                .orElseThrow();
        for (Path file :
                Stream.of(store, scene.backups).flatMap(SignedBackupTest::below).toList()) {
            assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                    .doesNotContain(secret);
        }
        assertThat(first.out() + first.err()).doesNotContain(secret);
        String shown = scene.run("verify", "--show-key").isDone().out();
        String id = shown.lines().findFirst().orElseThrow().replace("key ", "");
        assertThat(shown).contains("BMM_VERIFY_KEY=ed25519:").doesNotContain(secret);
        assertThat(Files.readString(scene.backups.resolve(newest(scene.backups, ".manifest.json"))))
                .contains("\"signedBy\": \"" + id + "\"");
        assertThat(scene.run("verify", "--all").isDone().out()).contains("signed by key " + id);
    }

    private static void empty(Path directory) throws IOException {
        for (Path file : below(directory).toList()) {
            Files.delete(file);
        }
    }

    private static Stream<Path> below(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aDamagedKeyIsNeverReplaced() throws IOException {
        scene.run("backup").isDone();
        Files.writeString(key(), "nonsense");

        scene.run("backup").failed(78, "is not an Ed25519 private key", "openssl");
        assertThat(key()).hasContent("nonsense");
    }

    @Test
    void aKeyOfYourOwn() throws Exception {
        scene.run("backup").isDone();
        Path own = Files.move(key(), root.resolve("own.pem"));
        scene.set("BMM_SIGN_KEY_FILE", own.toString());

        scene.run("backup").isDone();

        assertThat(key()).doesNotExist();
        assertThat(scene.run("verify", "--all").isDone().out()).contains("2 of 2 backups good");
        assertThat(scene.run("verify", "--show-key", "--json")
                        .isDone()
                        .json()
                        .get("key")
                        .getAsString())
                .startsWith("ed25519:");
    }

    @Test
    void aForgedNewerBackupIsPassedOverAndNamed() {
        scene.run("backup").isDone();
        String forged = forge();

        Outcome restored = restore("--from", "file://" + store);
        assertThat(restored.isDone().out())
                .contains("signed-20261121T031500Z")
                .contains("passed over: " + forged)
                .contains("which is not known here");
        assertThat(restored.err()).contains("passed over: " + forged);
        restore("--from", "file://" + store, "--allow-unsigned").isDone();

        assertThat(drill().failed(5, "passed over: " + forged, "").out()).contains("signed-20261121T031500Z");
        assertThat(scene.run("verify", "--from", "file://" + store)
                        .failed(4, "which is not known here", "--allow-unsigned")
                        .out())
                .contains("REFUSED");
        scene.run("verify", "--from", "file://" + store, "--allow-unsigned").isDone();
    }

    @Test
    void onlyAForgedOneIsRefused() throws IOException {
        scene.run("backup").isDone();
        empty(store);
        forge();

        restore("--from", "file://" + store).failed(4, "which is not known here", "--allow-unsigned");
        restore("--from", "file://" + store, "--to-file", root.resolve("x").toString())
                .failed(4, "which is not known here", "--allow-unsigned");
        assertThat(root.resolve("x")).doesNotExist();
        drill().failed(4, "which is not known here", "--allow-unsigned");
    }

    @Test
    void forgedOnesTakeNoPlaceInRetentionAndDoNotCountAsSent() throws IOException {
        scene.run("backup").isDone();
        String forged1 = forge();
        String forged2 = forge();
        scene.set("BMM_KEEP_WITHIN", "0").set("BMM_KEEP_LAST", "1").set("BMM_REMOTE_KEEP_LAST", "1");

        String pruned = scene.run("prune").isDone().out();

        assertThat(pruned).contains("keep    signed-20261121T031500Z").contains("not signed as it must be");
        assertThat(Scene.content(store).keySet()).anyMatch(name -> name.contains("signed-20261121T031500Z.manifest"));
        scene.run("backup").isDone();
        assertThat(Scene.content(store).keySet())
                .anyMatch(name -> name.contains("signed-20261121T0715"))
                .noneMatch(name -> name.contains(forged1) || name.contains(forged2));
    }

    @Test
    void whatIsNotGenuineUnderTheNameOfALocalOneIsSaid() throws IOException {
        scene.unset("BMM_BACKUP_REMOTE").run("backup").isDone();
        Path manifest = newest(scene.backups, ".manifest.json");
        Path there = Files.createDirectories(store.resolve("bmm/signed/2026/11/21"));
        for (Path file :
                below(scene.backups).filter(file -> !file.endsWith(".bmm.lock")).toList()) {
            Files.copy(file, there.resolve(file.getFileName()));
        }
        makeOld(there.resolve(manifest.getFileName()));
        scene.now = Scene.BEGIN.plus(Duration.ofDays(1));
        scene.offSite("off-site");

        // The one before is there under its name, but as nobody here made it.
        scene.run("backup").isDone();
        scene.run("verify", "--from", "file://" + store, "--all").failed(4, "it is not signed", "--sign");
    }

    @Test
    void anEditedHashIsNoticed() throws IOException {
        scene.run("backup").isDone();
        Path globals = newest(store, ".globals.sql");
        Files.writeString(globals, Files.readString(globals) + "\\! touch " + root.resolve("pwned") + "\n");
        Path manifest = newest(store, ".manifest.json");
        Files.writeString(
                manifest,
                Files.readString(manifest)
                        .replaceAll("(?s)(globals.sql\",\\s*\"bytes\": )\\d+", "$1" + Files.size(globals)));

        restore("--from", "file://" + store, "--globals").failed(4, "its signature is wrong", "--allow-unsigned");
        drill().failed(4, "its signature is wrong", "another copy");
        assertThat(root.resolve("pwned")).doesNotExist();
    }

    @Test
    void aHostWithoutAKeyRestoresAndSaysSo() throws IOException {
        scene.run("backup").isDone();
        String shown = scene.run("verify", "--show-key").isDone().out();
        String id = shown.lines().findFirst().orElseThrow().replace("key ", "");
        String public_ = shown.lines().skip(1).findFirst().orElseThrow().replace("BMM_VERIFY_KEY=", "");
        scene.set("BMM_STATE_DIR", root.resolve("recovery").toString());

        assertThat(restore("--from", "file://" + store).isDone().out())
                .contains("signed by key " + id + ", not checked: set BMM_VERIFY_KEY")
                .contains("newest backup is of 2026-11-21T03:15:00Z, 2 h ago");
        assertThat(root.resolve("recovery").resolve(ManifestKeys.FILE)).doesNotExist();

        scene.set("BMM_VERIFY_KEY", public_);
        assertThat(restore("--from", "file://" + store).isDone().out())
                .contains("signed by key " + id)
                .doesNotContain("not checked");
        byte[] raw = Base64.getUrlDecoder().decode(public_.replace("ed25519:", ""));
        byte[] der = new byte[44];
        System.arraycopy(HexFormat.of().parseHex("302a300506032b6570032100"), 0, der, 0, 12);
        System.arraycopy(raw, 0, der, 12, 32);
        Path pem = Files.writeString(
                root.resolve("keys"),
                "-----BEGIN PUBLIC KEY-----\n" + Base64.getEncoder().encodeToString(der)
                        + "\n-----END PUBLIC KEY-----\n# the old one\ned25519:" + "A".repeat(43) + "\n");
        scene.set("BMM_VERIFY_KEY", pem.toString());
        restore("--from", "file://" + store).isDone();

        Files.writeString(pem, "ed25519:" + "A".repeat(43));
        restore("--from", "file://" + store)
                .failed(4, "signed by key " + id + ", which is not known", "BMM_VERIFY_KEY");
        scene.set("BMM_VERIFY_KEY", "ed25519:nonsense");
        restore("--from", "file://" + store).failed(78, "is not an Ed25519 public key", "--show-key");
        scene.set("BMM_VERIFY_KEY", root.resolve("none").toString());
        restore("--from", "file://" + store).failed(78, "BMM_VERIFY_KEY", "ed25519:");
    }

    @Test
    void backupsOfAnEarlierBmmAreSignedByOneCommand() throws IOException {
        scene.run("backup").isDone();
        scene.run("backup").isDone();
        for (Path directory : List.of(store, scene.backups)) {
            for (Path file : below(directory)
                    .filter(file -> file.toString().endsWith(".manifest.json"))
                    .toList()) {
                makeOld(file);
            }
        }
        byte[] before = Files.readAllBytes(newest(store, ".manifest.json"));
        scene.run("verify", "--all").failed(4, "it is not signed", "bmm verify --sign");
        restore().failed(4, "it is not signed", "--allow-unsigned");
        restore("--allow-unsigned").isDone();

        Path damaged = below(scene.backups)
                .filter(file -> Scene.ends(file.toString(), ".dump.zst"))
                .sorted()
                .findFirst()
                .orElseThrow();
        byte[] dump = Files.readAllBytes(damaged);
        dump[dump.length / 2] ^= 1;
        Files.write(damaged, dump);
        Outcome signed = scene.run("verify", "--sign").failed(4, "signed-20261121T031500Z", "");
        assertThat(signed.out()).contains("signed now").contains("3 of 4 backups good");

        assertThat(Files.readAllBytes(newest(store, ".manifest.json"))).isEqualTo(before);
        assertThat(scene.run("verify", "--from", "file://" + store, "--all")
                        .isDone()
                        .out())
                .contains("signed by key");
        scene.run("verify").isDone();
        restore().isDone();
        assertThat(scene.run("verify", "--sign", "--from", "file://" + store)
                        .isDone()
                        .out())
                .contains("nothing to sign");

        scene.set("BMM_KEEP_WITHIN", "0").set("BMM_KEEP_LAST", "1").set("BMM_REMOTE_KEEP_LAST", "1");
        scene.run("backup").isDone();
        assertThat(Scene.content(store).keySet()).hasSize(3).noneMatch(name -> name.endsWith(".sig"));
    }

    @Test
    void aSignedOneOfBeforeIsSentWithItsSignature() throws IOException {
        scene.unset("BMM_BACKUP_REMOTE").run("backup").isDone();
        makeOld(newest(scene.backups, ".manifest.json"));
        scene.offSite("off-site");
        scene.run("backup").failed(4, "it is not signed; it was not sent", "--sign");
        scene.run("verify", "--sign", "--from", "local").isDone();
        empty(store);

        scene.run("backup").isDone();

        assertThat(Scene.content(store).keySet()).anyMatch(name -> name.endsWith("031500Z.manifest.json.sig"));
        scene.run("verify", "--from", "file://" + store, "--all").isDone();
    }

    @Test
    void aStoreThatLosesTheNewestIsFoundOut() throws IOException {
        scene.run("backup").isDone();
        scene.run("backup").isDone();
        String lost = "signed-20261121T041500Z";
        for (Path file :
                below(store).filter(file -> file.toString().contains(lost)).toList()) {
            Files.delete(file);
        }

        assertThat(drill().failed(5, "is gone: " + lost, "").out()).contains("FAILED   newest");
        scene.run("verify", "--from", "file://" + store).failed(4, lost + ": the newest backup", "next backup");
        Outcome restored = restore("--from", "file://" + store).isDone();
        assertThat(restored.out()).contains("is gone: " + lost);
        scene.run("verify").isDone();
        drill("--at", "2026-11-21T04:00:00Z").isDone();

        scene.run("backup").isDone();
        drill().isDone();
        // All of it: then not even its name is in the listing.
        empty(store);
        scene.unset("BMM_DATABASES");
        drill().failed(5, "there is no backup of database signed", "");
        scene.run("verify", "--from", "file://" + store).failed(4, "the newest backup that this host put", "");
    }

    @Test
    void whatRetentionRemovedIsNotMissed() {
        scene.run("backup").isDone();
        scene.run("backup").isDone();
        scene.set("BMM_KEEP_WITHIN", "0").set("BMM_KEEP_LAST", "1").set("BMM_REMOTE_KEEP_LAST", "1");
        scene.run("backup").isDone();

        drill().isDone();
        scene.run("verify", "--from", "file://" + store).isDone();
    }

    @Test
    void oneOfTheFutureIsTakenOnlyIfItIsAskedFor() {
        scene.run("backup").isDone();
        scene.now = Scene.BEGIN.plus(Duration.ofDays(900));
        scene.run("backup").isDone();
        scene.now = Scene.BEGIN.plus(Duration.ofHours(2));

        assertThat(restore().isDone().out())
                .contains("passed over: signed-20290509T031500Z")
                .contains("it is dated in the future")
                .contains("backup    signed-20261121T031500Z");
        assertThat(restore("--at", "2029-05-10").isDone().out()).contains("backup    signed-20290509T031500Z");
    }

    @Test
    void aGenuineOneUnderAnotherNameIsRefused() throws IOException {
        scene.run("backup").isDone();
        Path there = Files.createDirectories(store.resolve("bmm/signed/2026/11/22"));
        for (Path file :
                below(store).filter(file -> file.toString().contains("/21/")).toList()) {
            Files.copy(file, there.resolve(file.getFileName().toString().replace("20261121", "20261122")));
        }
        scene.now = Scene.BEGIN.plus(Duration.ofDays(2));

        assertThat(restore("--from", "file://" + store).isDone().out())
                .contains("the manifest is of another backup: signed-20261121T031500Z");
        drill().failed(5, "the manifest is of another backup", "");

        Path other = Files.createDirectories(store.resolve("staging/signed/2026/11"));
        Files.move(store.resolve("bmm/signed/2026/11/21"), other.resolve("21"));
        restore("--from", "file://" + store, "--instance", "staging");
        scene.run("verify", "--from", "file://" + store).failed(4, "the manifest is of another backup", "");
    }

    @Test
    void aFileThatIsNamedGoesByItsManifest() throws IOException {
        scene.run("backup").isDone();
        String dump = newest(scene.backups, ".dump.zst").toString();
        restoreFile(dump).isDone();
        Path manifest = newest(scene.backups, ".manifest.json");
        makeOld(manifest);

        restoreFile(dump).failed(4, "it is not signed", "--allow-unsigned");
        restoreFile(dump, "--allow-unsigned").isDone();
        scene.set("BMM_DRILL_TARGET", "database");
        scene.run("restore-drill", "--dump", dump).failed(4, "it is not signed", "--allow-unsigned");
        scene.run("restore-drill", "--dump", dump, "--allow-unsigned").isDone();
        scene.run("verify", dump).failed(4, "it is not signed", "--allow-unsigned");
        Files.delete(manifest);
        assertThat(restoreFile(dump).isDone().out()).contains("no manifest");
    }

    private Outcome restoreFile(String file, String... more) {
        scene.server.dropDatabase("signed2");
        return scene.run(
                Stream.concat(Stream.of("restore", "--dump", file, "--into", "signed2", "--yes"), Stream.of(more))
                        .toArray(String[]::new));
    }

    @Test
    void aForgedDumpDoesNotMoveTheMedian() throws IOException {
        scene.unset("BMM_BACKUP_REMOTE");
        for (int i = 0; i < 3; i++) {
            scene.run("backup").isDone();
        }
        byte[] huge = new byte[4_000_000];
        String ending = newest(scene.backups, ".dump.zst").toString().endsWith(".dump") ? ".dump" : ".dump.zst";
        for (int i = 0; i < 7; i++) {
            String name = "signed-20261121T07000" + i + "Z";
            Files.write(scene.backups.resolve(name + ending), huge);
            Files.writeString(scene.backups.resolve(name + ".manifest.json"), "{}");
        }
        scene.now = Scene.BEGIN.plus(Duration.ofHours(9));

        scene.run("backup").isDone();
    }

    /** With the hash and the size of the bomb in its manifest, as whoever writes to the store can have them there. */
    @Test
    void aBombIsStoppedEverywhere() throws Exception {
        scene.set("BMM_DUMP_FORMAT", "plain").set("BMM_FINGERPRINT", "count");
        scene.run("backup").isDone();
        Path dump = newest(store, ".sql.gz");
        byte[] sql;
        try (InputStream in = new GZIPInputStream(Files.newInputStream(dump))) {
            sql = in.readAllBytes();
        }
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(dump))) {
            out.write(sql);
            byte[] blanks = new byte[1 << 20];
            Arrays.fill(blanks, (byte) ' ');
            for (int i = 0; i < 400; i++) {
                out.write(blanks);
            }
        }
        Path manifest = newest(store, ".manifest.json");
        String text = Files.readString(manifest);
        String old = Files.readString(newest(scene.backups, ".manifest.json"));
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(dump)));
        Files.writeString(
                manifest,
                text.replaceFirst("(\"file\": \"[^\"]*sql.gz\",\\s*\"bytes\": )\\d+", "$1" + Files.size(dump))
                        .replaceFirst("(\"sha256\": \")[0-9a-f]{64}", "$1" + hash));
        assertThat(Files.readString(manifest)).isNotEqualTo(old);
        String from = "file://" + store;
        Path file = root.resolve("out.sql");

        restore("--from", from).failed(4, "its signature is wrong", "--allow-unsigned");
        restore("--from", from, "--allow-unsigned").failed(4, "more than", "another copy");
        restore("--from", from, "--allow-unsigned", "--to-file", file.toString())
                .failed(4, "it unpacks to more than", "another copy");
        drill("--allow-unsigned").failed(4, "more than", "another copy");
        scene.run("verify", "--from", from, "--allow-unsigned").failed(4, "more than", "another copy");
        assertThat(file).doesNotExist();
        assertThat(root.resolve("tmp")).isEmptyDirectory();
    }
}
