package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every store promises, whatever is behind it: beside what hangs on that, what it does itself. */
abstract class ObjectStoreContract extends BackendContract {
    /** How many objects a listing of several pages has; S3 lists 1000 in one. What a program prints has no pages. */
    private int moreThanAPage() {
        return everyCallIsAProgram() ? 4 : 1100;
    }

    /** Whether the store tells later in which parts an object came. */
    boolean keepsParts() {
        return false;
    }

    @Test
    void anEmptyKeyIsRefused() {
        assertIsOneLine(catchThrowable(() -> store().put("", text("x"))));
        assertIsOneLine(catchThrowable(() -> store().get("")));
    }

    @Test
    void deletingWhatIsNotThereIsNoError() {
        store().delete("nothing");
        store().delete("no/where");
    }

    @Test
    void aRangeEndsWhereTheObjectEnds() throws IOException {
        store().put("digits", text("0123456789"));
        assertThat(read(store().get("digits", 0, 4))).isEqualTo("0123");
        assertThat(read(store().get("digits", 3, 4))).isEqualTo("3456");
        assertThat(read(store().get("digits", 8, 100))).isEqualTo("89");
        assertThat(read(store().get("digits", 2, Long.MAX_VALUE))).isEqualTo("23456789");
        assertThat(read(store().get("digits", 10, 1))).isEmpty();
        assertThat(read(store().get("digits", 100, 1))).isEmpty();
        assertThat(read(store().get("digits", 5, 0))).isEmpty();
    }

    @Test
    void aStreamMayBeLeftUnread() throws IOException {
        store().put("large", new Letters(PART));
        try (InputStream stream = store().get("large")) {
            assertThat(stream.readNBytes(10)).hasSize(10);
        }
        assertThat(store().head("large")).isPresent();
    }

    @Test
    void aPrefixMayEndAnywhere() {
        fill(List.of("a", "ab/c", "ab/cd/e", "ab/d", "abc", "b"));
        assertThat(keys("a")).containsExactly("a", "ab/c", "ab/cd/e", "ab/d", "abc");
        assertThat(keys("ab")).containsExactly("ab/c", "ab/cd/e", "ab/d", "abc");
        assertThat(keys("ab/")).containsExactly("ab/c", "ab/cd/e", "ab/d");
        assertThat(keys("ab/c")).containsExactly("ab/c", "ab/cd/e");
        assertThat(keys("ab/cd/")).containsExactly("ab/cd/e");
        assertThat(keys("b/")).isEmpty();
        assertThat(keys("c")).isEmpty();
        assertThat(keys("c/d/e")).isEmpty();
    }

    @Test
    void aListingGoesOnBehindItsFirstPage() {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < moreThanAPage(); i++) {
            expected.add(String.format("page/%d/%04d", i * 2 / moreThanAPage(), i));
        }
        fill(expected);
        assertThat(keys("page/")).containsExactlyElementsOf(expected);
    }

    @Test
    void aFailureOfTheSourceStaysWhatItIs() {
        Failure failure = new Failure(ExitCode.VERIFICATION, "the hash is wrong");
        assertThatThrownBy(() -> store().put("key", new Letters(1000).failingAt(500, failure)))
                .isSameAs(failure);
        assertThat(keys("")).isEmpty();
    }

    @Test
    void theNameHoldsNoSecret() {
        assertThat(store().name())
                .matches("(file:/|s3://|minio://|rsync:|rclone:).+")
                .doesNotContain("secret", "?");
    }

    @Test
    void aCopyInPartsIsWhole() throws IOException {
        byte[] content = new byte[PART + 1000];
        Arrays.fill(content, PART - 1, PART + 1, (byte) 'x');
        store().copies().put("key", RangedBody.of(content), manner(false, PART, 1000));
        try (Fetched fetched = store().copies().fetch("key")) {
            assertThat(fetched.content().readAllBytes()).isEqualTo(content);
            List<Long> parts = store().copies().parts(fetched.info());
            assertThat(parts.stream().mapToLong(Long::longValue).sum()).isEqualTo(content.length);
            if (keepsParts()) {
                assertThat(parts).containsExactly((long) PART, 1000L);
            }
        }
    }
}
