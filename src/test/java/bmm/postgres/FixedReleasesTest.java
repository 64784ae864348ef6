package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FixedReleasesTest {
    @ParameterizedTest
    @CsvSource({
        "14.23, '14.23 has known holes, which 14.24 closes'",
        "15.18 (Debian 15.18-0+deb12u1), '15.18 has known holes, which 15.19 closes'",
        "16.0, '16.0 has known holes, which 16.15 closes'",
        "18.5, '18.5 has known holes, which 18.6 closes'",
        "13.23, '13.23 is out of support: its holes are not closed any more'",
        "9.6.24, '9.6 is out of support: its holes are not closed any more'"
    })
    void tellsWhatSpeaksAgainstOne(String version, String problem) {
        assertThat(FixedReleases.problem(version)).contains(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"14.24", "15.19", "16.15 (Ubuntu)", "17.11", "18.6", "18.10", "19.0", "19beta1", ""})
    void hasNothingAgainstTheOthers(String version) {
        assertThat(FixedReleases.problem(version)).isEmpty();
    }
}
