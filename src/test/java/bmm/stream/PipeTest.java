package bmm.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class PipeTest {
    private static final int SEVERAL_BUFFERS = 3 * 1024 * 1024 + 5;

    @Test
    void carriesEveryByteInOrder() throws IOException {
        byte[] bytes = new byte[SEVERAL_BUFFERS];
        new Random(7).nextBytes(bytes);
        Pipe pipe = new Pipe();
        CompletableFuture<Void> writer = writing(pipe, bytes);

        assertThat(pipe.source().readAllBytes()).isEqualTo(bytes);
        assertThat(writer).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void aReaderThatGoesAwayDoesNotStopTheWriter() throws IOException {
        Pipe pipe = new Pipe();
        CompletableFuture<Void> writer = writing(pipe, new byte[SEVERAL_BUFFERS]);
        try (InputStream in = pipe.source()) {
            assertThat(in.read()).isZero();
        }

        assertThat(writer).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void aFailureComesAfterWhatWasWrittenBefore() throws IOException {
        Pipe pipe = new Pipe();
        try (OutputStream out = pipe.sink()) {
            out.write(new byte[] {1, 2});
        }
        Pipe broken = new Pipe();
        broken.fail(new IOException("the disk is gone"));

        assertThat(pipe.source().readAllBytes()).containsExactly(1, 2);
        assertThatIOException().isThrownBy(() -> broken.source().read()).withMessage("the disk is gone");
    }

    private static CompletableFuture<Void> writing(Pipe pipe, byte[] bytes) {
        return CompletableFuture.runAsync(() -> {
            try (OutputStream out = pipe.sink()) {
                for (int at = 0; at < bytes.length; at += 1000) {
                    out.write(bytes, at, Math.min(1000, bytes.length - at));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
