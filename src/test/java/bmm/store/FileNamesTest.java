package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FileNamesTest {
    @Test
    void ordinaryPartsAreTheirOwnNames() {
        for (String part :
                List.of("a", "100%", "%41", "%0A", "a b", "...", ".hidden", "Ärger", "\uD83D\uDE00", "~", "\\")) {
            assertThat(FileNames.encode(part)).isEqualTo(part);
            assertThat(FileNames.decode(part)).contains(part);
        }
    }

    @Test
    void awkwardPartsAreWrittenDifferently() {
        assertThat(Stream.of("", ".", "..", "a\n%", ".bmm~x", "\uFFFD").map(FileNames::encode))
                .containsExactly(".bmm~k", ".bmm~k.", ".bmm~k..", ".bmm~ka%0A%25", ".bmm~k.bmm~x", ".bmm~k%EF%BF%BD")
                .allSatisfy(name -> assertThat(
                                FileNames.encode(FileNames.decode(name).orElseThrow()))
                        .isEqualTo(name));
    }

    @Test
    void aPartHasOneNameOnly() {
        assertThat(List.of(".bmm~ka", ".bmm~k%41", ".bmm~k%0a", ".bmm~k%", ".bmm~k%zz", ".bmm~t1", ".bmm~", "a\nb"))
                .allSatisfy(name -> assertThat(FileNames.decode(name)).isEmpty());
    }
}
