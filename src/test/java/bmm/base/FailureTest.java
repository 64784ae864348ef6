package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class FailureTest {
    @Test
    void reasonsOfFilesSayMoreThanTheirName() {
        assertThat(Failure.reason(new NoSuchFileException("/x"))).isEqualTo("/x: no such file or directory");
        assertThat(Failure.reason(new AccessDeniedException("/x"))).isEqualTo("/x: permission denied");
        assertThat(Failure.reason(new FileSystemException("/x", null, "No space left on device")))
                .isEqualTo("/x: No space left on device");
        assertThat(Failure.reason(new UnknownHostException("db.example"))).isEqualTo("unknown host db.example");
    }

    @Test
    void reasonsOfWrappersAreThoseOfTheirCause() {
        IOException cause = new IOException("Connection refused");

        assertThat(Failure.reason(new UncheckedIOException(cause))).isEqualTo("Connection refused");
        assertThat(Failure.reason(new CompletionException(cause))).isEqualTo("Connection refused");
        assertThat(Failure.reason(new RuntimeException(null, cause))).isEqualTo("Connection refused");
        assertThat(Failure.reason(new RuntimeException("while dumping", cause))).isEqualTo("while dumping");
        assertThat(Failure.reason(new IllegalStateException())).isEqualTo("IllegalStateException");
    }

    @Test
    void reasonsAreOneLine() {
        assertThat(Failure.reason(new IOException(" FATAL: no\r\n  Detail: x\n\n")))
                .isEqualTo("FATAL: no; Detail: x");
    }

    @Test
    void theSameFailureUnderAnotherCode() {
        Failure failure = new Failure(ExitCode.STORE, "store is full", "make room");
        Failure other = failure.as(ExitCode.VERIFICATION);

        assertThat(failure.as(ExitCode.STORE)).isSameAs(failure);
        assertThat(other).hasMessage("store is full").hasCause(failure);
        assertThat(other.hint()).asString().isEqualTo("make room");
        assertThat(other.exitCode()).isEqualTo(ExitCode.VERIFICATION);
    }

    @Test
    void aSecretShowsAMaskWhereverItTurnsUp() {
        Secret secret = new Secret("hunter2");

        assertThat(secret).hasToString("***").isEqualTo(new Secret("hunter2")).isNotEqualTo(new Secret("x"));
        assertThat(new Failure(ExitCode.STORE, "with " + secret)).hasMessage("with ***");
        assertThat(new Gson().toJson(new Holder("app", secret))).doesNotContain("hunter2");
    }

    private record Holder(String user, Secret password) {}
}
