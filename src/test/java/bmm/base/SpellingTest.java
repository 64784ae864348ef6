package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpellingTest {
    private static final List<String> COMMANDS = List.of("backup", "verify", "restore", "restore-drill", "status");

    @Test
    void findsTheNearest() {
        assertThat(Spelling.nearest("bakcup", COMMANDS)).contains("backup");
        assertThat(Spelling.nearest("restore-dril", COMMANDS)).contains("restore-drill");
        assertThat(Spelling.nearest("status", COMMANDS)).contains("status");
    }

    @Test
    void doesNotGuessWildly() {
        assertThat(Spelling.nearest("kubernetes", COMMANDS)).isEmpty();
        assertThat(Spelling.nearest("x", List.of())).isEmpty();
    }
}
