package bmm.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BackupNameTest {
    private static final Instant WHEN = Instant.parse("2026-11-21T03:15:00Z");

    private static void comesBack(String database) {
        BackupName name = new BackupName(database, WHEN);
        for (String ending :
                new String[] {".dump", ".dump.zst", ".sql.gz", ".dir.tar", BackupName.GLOBALS, BackupName.MANIFEST}) {
            String file = name.file(ending);
            assertThat(file).matches("[A-Za-z0-9_%][A-Za-z0-9_.%-]*").doesNotContain("/");
            assertThat(BackupName.parse(file)).contains(new BackupName.FileName(name, ending));
        }
        assertThat(name.remoteDirectory("bmm").split("/", -1)).hasSize(6).doesNotContain("..", ".");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "-a",
                "--",
                ".",
                "..",
                "../x",
                "/",
                "a b",
                "a%41",
                "%",
                "100%",
                "a=b",
                "größe",
                "🐘",
                "a\nb",
                "'",
                "\"",
                "\\",
                "x-20261121T031500Z",
                "x-20261121T031500Z.dump",
                "a+b",
                ".hidden",
                "x.manifest.json",
                "A",
                "postgres://u:p@h/d"
            })
    void aNameComesBackFromItsFiles(String database) {
        comesBack(database);
    }

    @Test
    void anyNameComesBackFromItsFiles() {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            StringBuilder name = new StringBuilder();
            for (int j = 1 + random.nextInt(12); j > 0; j--) {
                name.appendCodePoint(random.nextBoolean() ? 1 + random.nextInt(126) : 0xa0 + random.nextInt(0xd000));
            }
            comesBack(name.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "x.dump",
                "x-20261121T031500Z",
                "-20261121T031500Z.dump",
                "x-20261321T031500Z.dump",
                "x y-20261121T031500Z.dump",
                "x%4a-20261121T031500Z.dump",
                "x%zz-20261121T031500Z.dump",
                "%41-20261121T031500Z.dump",
                "../x-20261121T031500Z.dump"
            })
    void otherFilesAreOfNoBackup(String file) {
        assertThat(BackupName.parse(file)).isEmpty();
    }
}
