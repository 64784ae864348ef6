package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExitCodeTest {
    @Test
    void codesAreAsPublished() {
        Map<String, Integer> codes = new LinkedHashMap<>();
        Arrays.stream(ExitCode.values()).forEach(code -> codes.put(code.name(), code.code()));

        assertThat(codes)
                .containsExactly(
                        Map.entry("OK", 0),
                        Map.entry("LOCKED", 1),
                        Map.entry("DUMP", 2),
                        Map.entry("STORE", 3),
                        Map.entry("VERIFICATION", 4),
                        Map.entry("DRILL", 5),
                        Map.entry("MIRROR", 6),
                        Map.entry("STATUS", 7),
                        Map.entry("RESTORE", 8),
                        Map.entry("PREFLIGHT", 9),
                        Map.entry("NOTIFICATION", 10),
                        Map.entry("USAGE", 64),
                        Map.entry("INTERNAL", 70),
                        Map.entry("CONFIGURATION", 78));
        assertThat(ExitCode.values())
                .allMatch(code -> !code.meaning().isBlank() && code.code() == codes.get(code.name()));
    }

    @Test
    void theWorseOfTwoIsTheSameFromBothSides() {
        for (ExitCode a : ExitCode.values()) {
            assertThat(a.worse(a)).isEqualTo(a);
            assertThat(a.worse(ExitCode.OK)).isEqualTo(a);
            for (ExitCode b : ExitCode.values()) {
                assertThat(a.worse(b)).isEqualTo(b.worse(a)).isIn(a, b);
            }
        }
    }

    @Test
    void noBackupAtAllIsWorseThanNoneOffSite() {
        assertThat(ExitCode.STORE.worse(ExitCode.DUMP)).isEqualTo(ExitCode.DUMP);
        assertThat(ExitCode.STORE.worse(ExitCode.VERIFICATION)).isEqualTo(ExitCode.VERIFICATION);
        assertThat(ExitCode.STORE.worse(ExitCode.PREFLIGHT)).isEqualTo(ExitCode.PREFLIGHT);
    }
}
