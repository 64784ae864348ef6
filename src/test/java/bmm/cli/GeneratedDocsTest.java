package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.base.EnvFile;
import bmm.base.ExitCode;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.doctor.WriteOnlyPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Writes the generated files anew with -Dbmm.docs.write=true, and otherwise fails where they are stale. */
class GeneratedDocsTest {
    private static final String REGENERATE = "mvn -q test -Dtest=GeneratedDocsTest -Dbmm.docs.write=true";

    static Stream<Arguments> files() {
        return Stream.of(
                Arguments.of(Path.of("docs/write-only.md"), WriteOnlyPolicy.page()),
                Arguments.of(Path.of("docs/configuration.md"), SettingsDocs.page()),
                Arguments.of(Path.of("ops/bmm.env.example"), SettingsDocs.exampleEnv()));
    }

    @ParameterizedTest
    @MethodSource("files")
    void isUpToDate(Path file, String generated) throws IOException {
        if (Boolean.getBoolean("bmm.docs.write")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, generated);
        }
        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as("%s is stale; regenerate it with: %s", file, REGENERATE)
                .isEqualTo(generated);
    }

    @Test
    void everySettingIsInBoth() {
        Keys.all().forEach(setting -> {
            assertThat(SettingsDocs.page()).contains("| `" + setting.key() + "` |");
            assertThat(SettingsDocs.exampleEnv()).contains("\n#" + setting.key() + "=");
        });
        Keys.FAMILIES.forEach(family -> {
            assertThat(SettingsDocs.page()).contains("| `" + family.key("NAME") + "` |");
            assertThat(SettingsDocs.exampleEnv()).contains("\n#" + family.key("NAME") + "=");
        });
    }

    @Test
    void theDesignPageListsEveryExitCode() throws IOException {
        assertThat(Files.readString(Path.of("docs/design.md")))
                .contains(Stream.of(ExitCode.values())
                        .map(code -> "| " + code.code() + " | " + code.meaning() + " |\n")
                        .toList());
    }

    @Test
    void theExampleChangesNothingUntilCommentsAreRemoved() {
        assertThat(EnvFile.parse("example", SettingsDocs.exampleEnv())).isEqualTo(new EnvFile(List.of(), List.of()));
    }

    @Test
    void theExampleHoldsGoodDefaults(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("bmm.env");
        Files.writeString(
                file,
                Pattern.compile("^#(?=[A-Z])", Pattern.MULTILINE)
                        .matcher(SettingsDocs.exampleEnv())
                        .replaceAll(""));

        Settings settings = Settings.load(Map.of(), Map.of(), List.of(file));

        assertThat(settings.isGiven(Keys.DUMP_TIMEOUT)).isTrue();
        assertThat(settings.find(Keys.PGHOST)).isEmpty();
        Keys.all()
                .filter(setting -> setting.defaultText() != null)
                .forEach(setting ->
                        assertThat(settings.isGiven(setting)).as(setting.key()).isTrue());
    }

    @Test
    void tableRowsHaveFourCells() {
        assertThat(SettingsDocs.page().lines().filter(line -> line.startsWith("| `")))
                .filteredOn(line -> line.matches("\\| `[A-Z_]+` .*"))
                .allMatch(line ->
                        line.replace("\\|", "").chars().filter(c -> c == '|').count() == 5);
    }
}
