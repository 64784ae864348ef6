package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    @TempDir
    Path directory;

    @Test
    void everyDefaultCanBeParsed() {
        Settings settings = load();

        Keys.all()
                .filter(setting -> setting.defaultText() != null)
                .forEach(setting ->
                        assertThat(settings.find(setting)).as(setting.key()).isPresent());
        assertThat(settings.get(Keys.KEEP_WITHIN)).isEqualTo(Duration.ofDays(14));
        assertThat(settings.get(Keys.MIN_SIZE)).isEqualTo(1000);
    }

    @Test
    void everyKeyIsDeclaredOnceAndHasHelpInOneLine() {
        assertThat(Keys.all().map(Setting::key)).doesNotHaveDuplicates();
        assertThat(Keys.all().map(Setting::help)).allMatch(help -> help.endsWith(".") && !help.contains("\n"));
    }

    @Test
    void optionBeatsEnvironmentBeatsLaterFileBeatsEarlierFileBeatsDefault() {
        Path first = file("first.env", "PGHOST=first\nPGUSER=first\nPGSERVICE=first\nPGSSLMODE=first");
        Path second = file("second.env", "PGHOST=second\nPGUSER=second\nPGSERVICE=second");

        Settings settings = Settings.load(
                Map.of("PGHOST", "option"),
                Map.of("PGHOST", "environment", "PGUSER", "environment"),
                List.of(first, second));

        assertThat(settings.get(Keys.PGHOST)).isEqualTo("option");
        assertThat(settings.get(Keys.PGUSER)).isEqualTo("environment");
        assertThat(settings.get(Keys.PGSERVICE)).isEqualTo("second");
        assertThat(settings.get(Keys.PGSSLMODE)).isEqualTo("first");
        assertThat(settings.get(Keys.PGPORT)).isEqualTo(5432);
        assertThat(settings.isGiven(Keys.PGHOST)).isTrue();
        assertThat(settings.isGiven(Keys.PGPORT)).isFalse();
    }

    @Test
    void anEmptyValueIsNotSet() {
        Path first = file("first.env", "BMM_PRE_HOOK=stop-app\nBMM_BACKUP_DIR=\nPGPORT=\nPGUSER=file");
        Path second = file("second.env", "BMM_PRE_HOOK=");

        Settings settings = Settings.load(Map.of(), Map.of("PGUSER", ""), List.of(first, second));

        assertThat(settings.find(Keys.PRE_HOOK))
                .as("taken back by a later file")
                .isEmpty();
        assertThat(settings.find(Keys.BACKUP_DIR)).isEmpty();
        assertThat(settings.get(Keys.PGPORT)).isEqualTo(5432);
        assertThat(settings.get(Keys.PGUSER))
                .as("an empty variable does not hide a file")
                .isEqualTo("file");
    }

    @Test
    void readsSecretsFromFiles() {
        Path password = file("password", " hunter2 \n");
        Path env = file("bmm.env", "PGPASSWORD_FILE=" + password + "\nPGPASSWORD=\n");

        Settings settings = load(env);

        assertThat(settings.get(Keys.PGPASSWORD).reveal())
                .as("only the line end is cut off")
                .isEqualTo(" hunter2 ");
    }

    @Test
    void aSecretBesideItsFileWinsAndTheEnvironmentBeatsBoth() {
        Path password = file("password", "from file");
        Path env = file("bmm.env", "PGPASSWORD=direct\nPGPASSWORD_FILE=" + password);

        assertThat(load(env).get(Keys.PGPASSWORD).reveal()).isEqualTo("direct");
        assertThat(Settings.load(Map.of(), Map.of("PGPASSWORD_FILE", password.toString()), List.of(env))
                        .get(Keys.PGPASSWORD)
                        .reveal())
                .isEqualTo("from file");
    }

    @Test
    void readsCredentialsOfSystemd() {
        Path credentials = directory.resolve("credentials");
        file("credentials/PGPASSWORD", "hunter2\n");
        file("credentials/bmm_store_r2_secret_key", "s3cret");
        file("credentials/BMM_DATABASES", "not a secret, so not read");
        file("credentials/other", "of another program");
        Path env = file("bmm.env", "PGPASSWORD=old\nBMM_STORE_R2=s3://bucket");

        Settings settings =
                Settings.load(Map.of(), Map.of("CREDENTIALS_DIRECTORY", credentials.toString()), List.of(env));

        assertThat(settings.get(Keys.PGPASSWORD).reveal()).isEqualTo("hunter2");
        assertThat(settings.find(Keys.STORE_SECRET_KEY, "r2")).contains("s3cret");
        assertThat(settings.find(Keys.DATABASES)).isEmpty();
    }

    @Test
    void namesOfStoresAreCaseInsensitive() {
        Path env = file("bmm.env", """
                BMM_STORE_nas=file:///mnt/nas
                bmm_store_Cold=s3://bucket/prefix
                BMM_STORE_COLD_access_KEY=AKIA
                BMM_STORE_COLD_SECRET_KEY=s3cret
                """);

        Settings settings = load(env);

        assertThat(settings.all(Keys.STORE))
                .containsExactly(Map.entry("COLD", "s3://bucket/prefix"), Map.entry("NAS", "file:///mnt/nas"));
        assertThat(settings.find(Keys.STORE, "Nas")).contains("file:///mnt/nas");
        assertThat(settings.find(Keys.STORE_ACCESS_KEY, "cold")).contains("AKIA");
        assertThat(settings.all(Keys.STORE_SECRET_KEY)).containsExactly(Map.entry("COLD", "s3cret"));
    }

    @Test
    void ignoresKeysOfOtherPrograms() {
        Path env = file("app.env", "FOO=1\nFOO=2\nMAIL_HOST=x\nPG_COLOR=always\n");

        assertThat(Settings.load(Map.of(), Map.of("HOME", "/root", "BMM_JAVA_OPTS", "-Xmx1g"), List.of(env))
                        .isGiven(Keys.PGHOST))
                .isFalse();
    }

    @Test
    void reportsEveryProblemAtOnceWithFileAndLine() {
        Path env = file("bmm.env", """
                # settings
                PGPORT=many
                BMM_KEEP_DALY=14
                hunter2
                PGUSER=a
                PGUSER=b
                BMM_GLOBALS=perhaps
                BMM_STORE_NAS=/mnt/nas
                """);
        Path missing = directory.resolve("missing.env");

        assertThat(problemsOf(Map.of("BMM_DUMP_JOBS", "0"), env, missing))
                .containsExactlyInAnyOrder(
                        env + ":2: PGPORT=many: not a whole number",
                        env + ":3: unknown setting BMM_KEEP_DALY; did you mean BMM_KEEP_DAILY?",
                        env + ":4: not a KEY=VALUE line",
                        env + ":6: PGUSER is set twice; first at " + env + ":5",
                        env + ":7: BMM_GLOBALS=perhaps: must be yes or no",
                        env + ":8: BMM_STORE_NAS is not a store URL (its keys are called"
                                + " BMM_STORE_NAME_ACCESS_KEY and BMM_STORE_NAME_SECRET_KEY)",
                        missing + ": no such file or directory",
                        "environment: BMM_DUMP_JOBS=0: must be 1 to 64");
    }

    @Test
    void noProblemShowsASecret() {
        Path env = file("bmm.env", """
                BMM_STORE_R2_SECRETKEY=hunter2
                BMM_PASWORD=hunter2
                PGPASSWORD_FILE=/nowhere/to/be/found
                BMM_STORE_B2_SECRET_KEY=hunter2
                hunter2
                """);

        assertThat(problemsOf(Map.of(), env))
                .hasSize(5)
                .noneMatch(problem -> problem.contains("hunter2"))
                .anyMatch(problem -> problem.contains("BMM_STORE_R2_SECRETKEY is not a store URL"))
                .anyMatch(problem -> problem.contains("BMM_STORE_B2_SECRET_KEY belongs to no store"))
                .contains(env + ":3: PGPASSWORD_FILE: /nowhere/to/be/found: no such file or directory");
    }

    @Test
    void aSecretFileThatIsEmptyIsAProblem() {
        Path empty = file("password", "\n");

        assertThat(problemsOf(Map.of("PGPASSWORD_FILE", empty.toString())))
                .containsExactly("environment: PGPASSWORD_FILE: " + empty + ": is empty");
    }

    @Test
    void garbageIsReportedAndNeverCrashes() throws IOException {
        Path env = directory.resolve("garbage.env");
        byte[] bytes = new byte[4096];
        new java.util.Random(7).nextBytes(bytes);
        Files.write(env, bytes);

        assertThat(problemsOf(Map.of(), env)).isNotEmpty();
        assertThat(problemsOf(Map.of("PGPASSWORD_FILE", "a\0b"))).hasSize(1);
        assertThat(problemsOf(Map.of(), directory)).hasSize(1);
    }

    @Test
    void oneOldUmlautDoesNotMakeAFileUnreadable() throws IOException {
        Path env = directory.resolve("latin1.env");
        Files.write(env, "# f\u00fcr alle\nPGUSER=j\u00f6rg\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(load(env).get(Keys.PGUSER)).isEqualTo("j\u00f6rg");
    }

    @Test
    void anAgeNeedsItsUnit() {
        assertThat(problemsOf(Map.of("BMM_KEEP_WITHIN", "14")))
                .containsExactly("environment: BMM_KEEP_WITHIN=14: needs a unit, as in 14d or 8w");
        assertThat(problemsOf(Map.of("BMM_KEEP_WITHIN", "6M"))).hasSize(1);
        assertThat(Settings.load(Map.of(), Map.of("BMM_KEEP_WITHIN", "0"), List.of())
                        .get(Keys.KEEP_WITHIN))
                .isZero();
    }

    @Test
    void aSettingWithoutValueSaysWhichAndWhatFor() {
        assertThatThrownBy(() -> load().get(Keys.PGHOST)).isInstanceOfSatisfying(Failure.class, failure -> {
            assertThat(failure.exitCode()).isEqualTo(ExitCode.CONFIGURATION);
            assertThat(failure).hasMessage("PGHOST is not set");
            assertThat(failure.hint()).asString().isEqualTo(Keys.PGHOST.help());
        });
    }

    @Test
    void listsAreSplitAndStripped() {
        Path env = file("bmm.env", "BMM_DATABASES= archiv, app ,,x y \nBMM_BACKUP_REMOTE=nas/a   r2:b/c");

        assertThat(load(env).get(Keys.DATABASES)).containsExactly("archiv", "app", "x y");
        assertThat(load(env).get(Keys.BACKUP_REMOTE)).containsExactly("nas/a", "r2:b/c");
    }

    private static List<String> problemsOf(Map<String, String> environment, Path... files) {
        Failure failure =
                catchThrowableOfType(Failure.class, () -> Settings.load(Map.of(), environment, List.of(files)));
        assertThat(failure).isNotNull();
        assertThat(failure.exitCode()).isEqualTo(ExitCode.CONFIGURATION);
        return failure.lines();
    }

    private static Settings load(Path... files) {
        return Settings.load(Map.of(), Map.of(), List.of(files));
    }

    private Path file(String name, String content) {
        try {
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            return Files.writeString(file, content);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
