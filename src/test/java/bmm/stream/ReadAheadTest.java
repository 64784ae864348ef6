package bmm.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class ReadAheadTest {
    @Test
    void theEndStaysTheEnd() throws IOException {
        try (ReadAhead in = new ReadAhead(new ByteArrayInputStream(new byte[] {7}))) {
            assertThat(in.read()).isEqualTo(7);
            assertThat(in.read()).isEqualTo(-1);
            assertThat(in.read()).isEqualTo(-1);
            assertThat(in.read(new byte[9])).isEqualTo(-1);
        }
    }

    @Test
    void aFailureIsThrownAgainAndAgain() throws IOException {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("broken");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                throw new IOException("broken");
            }
        };
        try (ReadAhead in = new ReadAhead(broken)) {
            assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessage("broken");
            assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessage("broken");
        }
    }
}
