package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmountsTest {
    @ParameterizedTest
    @CsvSource({
        "90, PT90S",
        "90s, PT90S",
        "5m, PT5M",
        "5 min, PT5M",
        "6h, PT6H",
        "14d, P14D",
        "14D, P14D",
        "8w, P56D",
        "1.5h, PT1H30M",
        "250ms, PT0.25S",
        "0, PT0S",
        "36500d, P36500D"
    })
    void readsDurations(String text, Duration expected) {
        assertThat(Amounts.parseDuration(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "d", "-1d", "1d2h", "1y", "6M", "1e9d", "99999999999999999999d", "1,5h", "١d"})
    void refusesWhatIsNoDuration(String text) {
        assertThatThrownBy(() -> Amounts.parseDuration(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1024, 1024",
        "500kB, 500000",
        "10 MB, 10000000",
        "10mb, 10000000",
        "2G, 2000000000",
        "1GiB, 1073741824",
        "1.5 KiB, 1536",
        "3TB, 3000000000000",
        "1TiB, 1099511627776"
    })
    void readsSizes(String text, long expected) {
        assertThat(Amounts.parseBytes(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "MB", "-1", "10 XB", "1.2.3", "99999999999999999999TB"})
    void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> Amounts.parseBytes(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.0 kB",
        "9949, 9.9 kB",
        "9950, 10 kB",
        "97000000, 97 MB",
        "999499, 999 kB",
        "999500, 1.0 MB",
        "1500000000, 1.5 GB",
        "9223372036854775807, 9223 PB"
    })
    void writesSizes(long bytes, String expected) {
        assertThat(Amounts.bytes(bytes)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.0 s",
        "7440, 7.4 s",
        "9949, 9.9 s",
        "9950, 10 s",
        "119499, 119 s",
        "119500, 2 min 00 s",
        "185000, 3 min 05 s",
        "7199499, 119 min 59 s",
        "7200000, 2 h 00 min",
        "7800000, 2 h 10 min"
    })
    void writesDurations(long millis, String expected) {
        assertThat(Amounts.duration(Duration.ofMillis(millis))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"P14D, 14d", "PT6H, 6h", "PT90M, 90m", "PT90S, 90s", "PT0S, 0s", "P56D, 56d"})
    void writesDurationsAsTheyAreSet(Duration duration, String expected) {
        assertThat(Amounts.compact(duration)).isEqualTo(expected);
        assertThat(Amounts.parseDuration(expected)).isEqualTo(duration);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 tables", "1, 1 table", "42, 42 tables", "12345678, 12 345 678 tables"})
    void countsThings(long count, String expected) {
        assertThat(Amounts.count(count, "table")).isEqualTo(expected);
    }
}
