package bmm.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Instance;
import bmm.base.Settings;
import bmm.catalog.BackupName;
import bmm.dump.Backups.Preference;
import bmm.dump.Origin.OnDisk;
import bmm.stream.Identities;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which backup is used, and what is said when there is none. */
final class BackupsTest {
    private static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");

    @TempDir
    Path root;

    private Path local;
    private Path remote;
    private final Map<String, String> settings = new HashMap<>();

    @BeforeEach
    void places() throws IOException {
        local = Files.createDirectory(root.resolve("local"));
        remote = Files.createDirectory(root.resolve("remote"));
    }

    private Found find(String from, String database, Moment moment) {
        return find(from, Preference.ANYWHERE, database, moment);
    }

    private Found find(String from, Preference preference, String database, Moment moment) {
        Instance instance = new Instance("bmm", local, root.resolve("state"), false);
        Settings loaded = Settings.load(settings, Map.of(), List.of());
        Trust trust = Trust.of(loaded, instance);
        try (Backups backups = Backups.open(from, preference, instance, loaded, trust, NOW)) {
            return backups.find(database, moment);
        }
    }

    private void offSite(String database, String when) {
        BackupName name = BackupFiles.name(database, when);
        BackupFiles.write(remote.resolve(name.remoteDirectory("bmm")), database, when);
        settings.put("BMM_BACKUP_REMOTE", "file://" + remote);
    }

    private static void fails(ThrowingCallable call, ExitCode code, String... words) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Failure.class, failure -> {
            assertThat(failure.exitCode()).as(failure.getMessage()).isEqualTo(code);
            assertThat(failure.getMessage() + " hint: " + failure.hint()).contains(words);
        });
    }

    @Test
    void theNewestIsTaken() {
        BackupFiles.write(local, "a", "2026-11-01T03:00:00Z");
        BackupFiles.write(local, "a", "2026-11-03T03:00:00Z");
        BackupFiles.write(local, "a", "2026-11-02T03:00:00Z");
        BackupFiles.write(local, "b", "2026-11-09T03:00:00Z");

        Found found = find(null, "a", Moment.NEWEST);

        assertThat(found.file()).isEqualTo("a-20261103T030000Z.dump");
        assertThat(found.database()).isEqualTo("a");
        assertThat(found.place()).isEqualTo(local.toString());
        assertThat(found.manifest()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-02, 20261102T230000Z",
        "2026-11-01, 20261101T030000Z",
        "2026-11-02T03:00:00Z, 20261102T030000Z",
        "2026-11-02T02:59:59Z, 20261101T030000Z",
        "2026-11-02T04:00:00+01:00, 20261102T030000Z",
        "2027-01-01, 20261103T030000Z"
    })
    void aDateMeansUpToItsEnd(String at, String expected) {
        for (String when : List.of("01T03", "02T03", "02T23", "03T03")) {
            BackupFiles.write(local, "a", "2026-11-" + when + ":00:00Z");
        }

        assertThat(find(null, "a", Moment.at(at)).file()).isEqualTo("a-" + expected + ".dump");
    }

    @ParameterizedTest
    @CsvSource({"1d, 20261102T030000Z", "2d, 20261102T030000Z", "49h, 20261101T030000Z"})
    void anAgeMeansAtLeastThatOld(String age, String expected) {
        for (String day : List.of("01", "02", "04")) {
            BackupFiles.write(local, "a", "2026-11-" + day + "T03:00:00Z");
        }
        Instant now = Instant.parse("2026-11-04T03:00:00Z");

        assertThat(find(null, "a", Moment.olderThan(age, now)).file()).isEqualTo("a-" + expected + ".dump");
    }

    @ParameterizedTest
    @ValueSource(strings = {"yesterday", "2026-13-01", "21.11.2026", "2026-11-02T25:00:00Z"})
    void whatIsNoDateIsRefused(String text) {
        fails(() -> Moment.at(text), ExitCode.USAGE, text, "2026-10-21");
    }

    @Test
    void whatIsNoAgeIsRefused() {
        fails(() -> Moment.olderThan("3M", Instant.EPOCH), ExitCode.USAGE, "--age 3M", "30d");
    }

    @Test
    void ofTwoCopiesTheOneAtHandIsTaken() {
        BackupFiles.write(local, "a", "2026-11-01T03:00:00Z");
        offSite("a", "2026-11-01T03:00:00Z");

        assertThat(find(null, "a", Moment.NEWEST).dump()).isInstanceOf(OnDisk.class);
        assertThat(find(null, Preference.OFF_SITE, "a", Moment.NEWEST).place())
                .isEqualTo("file:" + remote + "/bmm/a/2026/11/01");
    }

    @Test
    void anOlderOneIsTakenFromWhereItStillIs() {
        BackupFiles.write(local, "a", "2026-11-05T03:00:00Z");
        offSite("a", "2026-10-01T03:00:00Z");

        assertThat(find(null, "a", Moment.at("2026-10-31")).place()).contains(remote.toString());
        assertThat(find("local", "a", Moment.NEWEST).place()).isEqualTo(local.toString());
        fails(
                () -> find("local", "a", Moment.at("2026-10-31")),
                ExitCode.RESTORE,
                "no backup of database a at or before the end of 2026-10-31 UTC",
                "the oldest in " + local + " is of 2026-11-05T03:00:00Z",
                "--at 2026-11-05T03:00:00Z");
    }

    @Test
    void withoutAnOffSiteStoreTheLocalOneIsTaken() {
        BackupFiles.write(local, "a", "2026-11-05T03:00:00Z");

        assertThat(find(null, Preference.OFF_SITE, "a", Moment.NEWEST).place()).isEqualTo(local.toString());
    }

    @Test
    void aBareMachineNeedsNoBackupDirectory() throws IOException {
        offSite("a", "2026-11-01T03:00:00Z");
        Files.delete(local);

        assertThat(find(null, "a", Moment.NEWEST).file()).isEqualTo("a-20261101T030000Z.dump");
        assertThat(find("file://" + remote, null, Moment.NEWEST).database()).isEqualTo("a");
    }

    @Test
    void aCopyOfABackupDirectoryIsAStoreToo() {
        BackupFiles.write(local, "a", "2026-11-01T03:00:00Z");

        assertThat(find("file://" + local, "a", Moment.NEWEST).place()).isEqualTo("file:" + local);
    }

    @Test
    void theOnlyInstanceThereIsTaken() {
        BackupFiles.write(remote.resolve("prod/a/2026/11/01"), "a", "2026-11-01T03:00:00Z");
        assertThat(find("file://" + remote, "a", Moment.NEWEST).place())
                .isEqualTo("file:" + remote + "/prod/a/2026/11/01");

        BackupFiles.write(remote.resolve("test/a/2026/11/01"), "a", "2026-11-01T03:00:00Z");
        fails(
                () -> find("file://" + remote, "a", Moment.NEWEST),
                ExitCode.USAGE,
                "nothing of instance bmm",
                "prod, test",
                "--instance");
    }

    @Test
    void theDatabaseMustBeSaidIfThereAreSeveral() {
        BackupFiles.write(local, "a", "2026-11-01T03:00:00Z");
        assertThat(find(null, null, Moment.NEWEST).database()).isEqualTo("a");

        BackupFiles.write(local, "b c", "2026-11-01T03:00:00Z");
        fails(() -> find(null, null, Moment.NEWEST), ExitCode.USAGE, "2 databases", "a, b c", "--database");
    }

    @Test
    void noneAtAll() {
        fails(
                () -> find(null, "a", Moment.NEWEST),
                ExitCode.RESTORE,
                "there is no backup of database a in " + local,
                "--from");
        fails(() -> find(null, null, Moment.NEWEST), ExitCode.RESTORE, "there is no backup", "--dump");
    }

    @Test
    void noneOfThisDatabase() {
        BackupFiles.write(local, "archiv", "2026-11-01T03:00:00Z");

        fails(() -> find(null, "archive", Moment.NEWEST), ExitCode.RESTORE, "archive", "there are backups of: archiv");
    }

    @Test
    void noPlaceToLook() throws IOException {
        Files.delete(local);

        fails(() -> find(null, "a", Moment.NEWEST), ExitCode.CONFIGURATION, "no place to look", "--from");
        fails(() -> find("local", "a", Moment.NEWEST), ExitCode.CONFIGURATION, "does not exist", "BMM_BACKUP_DIR");
    }

    @Test
    void aStoreThatCannotBeReadMattersOnlyIfNothingElseIsThere() {
        settings.put("BMM_BACKUP_REMOTE", "file://" + root.resolve("gone"));
        fails(() -> find(null, "a", Moment.NEWEST), ExitCode.STORE, "does not exist");

        BackupFiles.write(local, "a", "2026-11-01T03:00:00Z");
        assertThat(find(null, "a", Moment.NEWEST).place()).isEqualTo(local.toString());
    }

    @Test
    void aDumpWithoutManifestIsNoBackup() {
        BackupName name = BackupFiles.write(local, "a", "2026-11-02T03:00:00Z");
        delete(local.resolve(name.file(BackupName.MANIFEST)));
        fails(
                () -> find(null, "a", Moment.NEWEST),
                ExitCode.VERIFICATION,
                "no manifest beside a-20261102T030000Z",
                "--dump FILE");

        BackupFiles.write(local, "a", "2026-11-01T03:00:00Z");
        assertThat(find(null, "a", Moment.NEWEST).file()).isEqualTo("a-20261101T030000Z.dump");
    }

    @Test
    void aManifestWithoutDumpIsDamaged() {
        BackupFiles.write(local, "a", "2026-11-01T03:00:00Z");
        BackupName name = BackupFiles.write(local, "a", "2026-11-02T03:00:00Z");
        delete(local.resolve(name.file(".dump")));

        fails(
                () -> find(null, "a", Moment.NEWEST),
                ExitCode.VERIFICATION,
                "the dump a-20261102T030000Z.dump is not",
                "--at 2026-11-01T03:00:00Z");

        offSite("a", "2026-11-02T03:00:00Z");
        assertThat(find(null, "a", Moment.NEWEST).place()).contains("remote");
    }

    @Test
    void aDamagedManifestIsNamed() throws IOException {
        BackupFiles.write(local, "a", "2026-11-01T03:00:00Z");
        BackupName name = BackupFiles.write(local, "a", "2026-11-02T03:00:00Z");
        Files.writeString(local.resolve(name.file(BackupName.MANIFEST)), "{\"format\": \"bmm-manifest-1\", ");

        fails(
                () -> find(null, "a", Moment.NEWEST),
                ExitCode.VERIFICATION,
                "a-20261102T030000Z.manifest.json",
                "--at 2026-11-01T03:00:00Z");
        fails(
                () -> NamedDump.at(local.resolve(name.file(".dump")), Identities.NONE, BackupFiles.ANYONE),
                ExitCode.VERIFICATION,
                "a-20261102T030000Z.manifest.json: not a manifest");
    }

    @Test
    void aFileIsTakenWithTheManifestBesideIt() throws IOException {
        BackupName name = BackupFiles.write(local, "a", "2026-11-02T03:00:00Z");
        Path dump = local.resolve(name.file(".dump"));
        assertThat(NamedDump.at(dump, Identities.NONE, BackupFiles.ANYONE).manifest())
                .isNotNull();
        assertThat(NamedDump.at(dump, Identities.NONE, BackupFiles.ANYONE).database())
                .isEqualTo("a");

        Path copy = Files.copy(dump, root.resolve("any name"));
        assertThat(NamedDump.at(copy, Identities.NONE, BackupFiles.ANYONE).manifest())
                .isNull();
        assertThat(NamedDump.at(copy, Identities.NONE, BackupFiles.ANYONE).database())
                .isNull();
        fails(
                () -> NamedDump.at(root.resolve("none"), Identities.NONE, BackupFiles.ANYONE),
                ExitCode.USAGE,
                "no such file");
    }

    private static void delete(Path file) {
        assertThat(file.toFile().delete()).as("%s", file).isTrue();
    }
}
