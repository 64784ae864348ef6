package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Env files that another user owns or can write to, read by root. */
class SettingsOfOthersTest {
    @TempDir
    Path directory;

    private Path hers;

    @BeforeEach
    void setUp() throws IOException {
        Mallory.arrives();
        hers = Mallory.owns(directory.resolve("app"));
    }

    @Test
    void anApplicationsFileIsReadAsItIs() throws IOException {
        Path file = ofHers(
                "DATABASE_URL=postgres://app:pw@db/app",
                "BMM_BACKUP_REMOTE=r2:bucket/path OFF/prefix",
                "BMM_STORE_OFF=s3://bucket?endpoint=https://s3.example",
                "BMM_STORE_OFF_ACCESS_KEY=a",
                "BMM_STORE_OFF_SECRET_KEY=b",
                "TWILIO_ACCOUNT_SID=AC1",
                "TWILIO_AUTH_TOKEN=t",
                "BMM_PROBE_API=https://app.example/",
                "HEALTHCHECKS_HEARTBEAT_URL=https://hc.example/x",
                "LD_PRELOAD=/tmp/x");
        Settings settings = Settings.load(Map.of(), Map.of(), List.of(file));
        assertThat(settings.find(Keys.STORE, "OFF")).isPresent();
        assertThat(settings.isGiven(AlertKeys.TWILIO_AUTH_TOKEN)).isTrue();
    }

    @Test
    void whatRunsReadsWritesOrDeletesIsRefusedByNameAllInOneGo() throws IOException {
        List<String> lines = List.of(
                "BMM_PRE_HOOK=id",
                "BMM_POST_HOOK=id",
                "BMM_RESTORE_PRE_HOOK=id",
                "BMM_RESTORE_POST_HOOK=id",
                "BMM_PROBE_X=cmd:id",
                "BMM_PROBE_Y=CMD:id",
                "BMM_PG_BIN=/tmp",
                "BMM_PG_CONTAINER=other",
                "BMM_DRILL_TARGET=docker:evil",
                "BMM_DRILL_SQL=/tmp/x.sql",
                "PGPASSWORD_FILE=/etc/shadow",
                "BMM_SMTP_PASSWORD_FILE=/etc/shadow",
                "BMM_STORE_OFF_SECRET_KEY_FILE=/etc/shadow",
                "BMM_STORE_OFF_CA_FILE=/etc/shadow",
                "PGPASSFILE=/root/.pgpass",
                "PGSERVICE=x",
                "PGSERVICEFILE=/root/x",
                "BMM_BACKUP_DIR=/etc",
                "BMM_STATE_DIR=/etc",
                "BMM_TEMP_DIR=/etc",
                "BMM_LOG_FILE=/etc/passwd",
                "BMM_RCLONE_CONFIG=/tmp/rclone.conf",
                "BMM_HOOK_ENV=AWS_SECRET_ACCESS_KEY",
                "BMM_RCLONE_ENV=AWS_SECRET_ACCESS_KEY",
                "BMM_BACKUP_REMOTE=r2:x file:///etc",
                "BMM_STORE_OFF=rsync:root@host:/",
                "BMM_STORE_DISK=file:///etc",
                "BMM_MIRROR_X=file:///etc s3://hers",
                "BMM_KEEP_LAST=1",
                "BMM_REMOTE_KEEP_WITHIN=1h",
                "BMM_TWILIO_URL=http://hers");
        Failure failure = fails(ofHers(lines.toArray(String[]::new)));
        List<String> said = failure.lines();
        for (int i = 0; i < lines.size(); i++) {
            String key = lines.get(i).substring(0, lines.get(i).indexOf('='));
            String where = hers.resolve(".env") + ":" + (i + 1) + ": " + key + " is refused";
            assertThat(said).anyMatch(line -> line.startsWith(where));
        }
        assertThat(said).allMatch(line -> line.contains("belongs to nobody"));
        assertThat(failure.hint())
                .hasToString("set it in an env file that only root and this user can write to; or chown root " + hers);
        assertThat(failure.exitCode()).isEqualTo(ExitCode.CONFIGURATION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-rw----", "rw----rw-", "rw-rw-rw-"})
    void aFileOfOursThatOthersWriteToIsRefused(String mode) throws IOException {
        Path file = write(directory.resolve("bmm.env"), "BMM_DATABASES=a");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        Failure failure = fails(file);
        assertThat(failure).hasMessageContaining(file + " can be written by ");
        assertThat(failure.hint()).hasToString("chmod go-w " + file);
    }

    @Test
    void aDirectoryThatOthersWriteToIsRefused() throws IOException {
        Path open = Files.createDirectories(directory.resolve("it's open"));
        Path file = write(open.resolve("bmm.env"), "BMM_DATABASES=a");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(fails(file).hint())
                .hasToString("chmod go-w '" + open.toString().replace("'", "'\\''") + "'");
    }

    @Test
    void aFileOfHersThatEveryoneWritesToIsRefused() throws IOException {
        Path file = ofHers("PGHOST=db");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(fails(file)).hasMessageContaining("can be written by everyone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ln -s \"$2\" \"$1\"", "ln -s /etc/shadow \"$1\"", "mkfifo \"$1\""})
    void aLinkOrPipeOfHersIsNotFollowed(String trick) throws IOException {
        Path secret = write(directory.resolve("secret.env"), "PGPASSWORD=ours");
        Path file = hers.resolve(".env");
        Mallory.does(trick, file, secret);
        assertThat(fails(file)).hasMessageContaining("is not followed");
    }

    @Test
    void aFileOfOursInADirectoryOfHersIsHers() throws IOException {
        Path file = write(hers.resolve("ours.env"), "BMM_PRE_HOOK=id");
        assertThat(fails(file)).hasMessageContaining("BMM_PRE_HOOK is refused");
    }

    @Test
    void whatIsSetInAFileOfOursIsNotChangedInOneOfHers() throws IOException {
        Path ours = write(directory.resolve("bmm.env"), "BMM_AGE_RECIPIENTS=age1x", "BMM_CHANNELS=sms");
        Failure failure = fails(ours, ofHers("BMM_AGE_RECIPIENTS=age1hers", "BMM_CHANNELS="));
        assertThat(failure.lines())
                .hasSize(2)
                .allMatch(line -> line.contains("which a file of another user cannot change"));
    }

    @Test
    void aPasswordOfOursIsNotSentWhereSheSays() throws IOException {
        Path ours =
                write(directory.resolve("bmm.env"), "PGPASSWORD=p", "BMM_STORE_X_SECRET_KEY=s", "BMM_SMTP_PASSWORD=m");
        Failure failure =
                fails(ours, ofHers("PGHOST=hers", "BMM_STORE_X=s3://hers?endpoint=http://hers", "BMM_SMTP_HOST=hers"));
        assertThat(failure)
                .hasMessageContaining("PGHOST would send PGPASSWORD")
                .hasMessageContaining("BMM_STORE_X would send BMM_STORE_X_SECRET_KEY")
                .hasMessageContaining("BMM_SMTP_HOST would send BMM_SMTP_PASSWORD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PGPASSWORD_FILE", "PGPASSFILE", "BMM_RCLONE_CONFIG", "BMM_DRILL_SQL", "PGSSLROOTCERT"})
    void aFileOfHersThatOursNamesIsNotRead(String key) throws IOException {
        Path named = ofHers("secret");
        Path ours = write(directory.resolve("bmm.env"), key + "=" + named);
        assertThat(fails(ours)).hasMessageContaining(key + ": " + hers + " belongs to nobody");
    }

    @Test
    void secretsThatEveryoneCanReadAreWarnedOf() throws IOException {
        Path file = write(directory.resolve("bmm.env"), "PGPASSWORD=p");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(Settings.load(Map.of(), Map.of(), List.of(file)).warnings())
                .singleElement()
                .asString()
                .startsWith(file + " can be read by every user");
    }

    @Test
    void aPasswordFileThatLibpqWouldIgnoreIsWarnedOf() throws IOException {
        Path passFile = write(directory.resolve("pgpass"), "*:*:*:*:p");
        Files.setPosixFilePermissions(passFile, PosixFilePermissions.fromString("rw-r-----"));
        Path file = write(directory.resolve("bmm.env"), "PGPASSFILE=" + passFile);
        assertThat(Settings.load(Map.of(), Map.of(), List.of(file)).warnings())
                .singleElement()
                .asString()
                .contains("the pg tools ignore it");
    }

    @Test
    void devicesAndPipesOfOursAreRead() {
        assertThat(Settings.load(Map.of(), Map.of(), List.of(Path.of("/dev/null")))
                        .isGiven(Keys.PGHOST))
                .isFalse();
    }

    private Path ofHers(String... lines) throws IOException {
        Path file = write(hers.resolve(".env"), lines);
        Mallory.owns(hers);
        Files.setOwner(file, Files.getOwner(hers));
        return file;
    }

    private static Path write(Path file, String... lines) throws IOException {
        Files.write(file, Arrays.asList(lines));
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static Failure fails(Path... files) {
        return catchThrowableOfType(Failure.class, () -> Settings.load(Map.of(), Map.of(), List.of(files)));
    }
}
