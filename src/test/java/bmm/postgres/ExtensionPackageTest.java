package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.base.HostileText;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionPackageTest {
    @ParameterizedTest
    @CsvSource({
        "citext, postgresql-17 ",
        "vector, postgresql-17-pgvector ",
        "pg_partman, postgresql-17-partman ",
        "uuid-ossp, postgresql-17 ",
        "h3_postgis, postgresql-17-h3-postgis "
    })
    void namesThePackage(String extension, String words) {
        assertThat(ExtensionPackage.hint(extension, 17)).asString().contains("apt-get install " + words.strip() + " (");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x; touch /tmp/pasted",
                "$(id)",
                "-o Dpkg::Pre-Install-Pkgs::=id",
                "a b",
                "%d%n%s",
                "../x",
                "Ä",
                "",
                "x\nrm"
            })
    void anUnusualNameStandsInNoCommand(String extension) {
        assertThat(ExtensionPackage.hint(extension, 17))
                .hasToString("install it where the server is, as its makers say");
    }

    @Test
    void norDoesARandomOne() {
        Random random = new Random(8);
        for (int i = 0; i < 2_000; i++) {
            String name = HostileText.next(random);
            if (!name.matches("[a-z][a-z0-9_-]*")) {
                assertThat(ExtensionPackage.hint(name, 17).toString()).doesNotContain("apt-get");
            }
        }
    }
}
