package bmm.postgres;

import bmm.base.Failure;
import bmm.base.SafeText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a scratch server and its programs have printed. Restored code can have written anything to it, and as much as it
 * liked: only the end is looked at, and what is taken from it is one line of plain text.
 */
record ServerLog(Path file) {
    private static final Logger LOG = LoggerFactory.getLogger(ServerLog.class);
    private static final int LONGEST = 300;
    private static final int MOST_BYTES = 256 * 1024;

    /** The last line with one of these words in it. */
    Optional<String> lastWith(String... words) {
        return lines().filter(line -> Stream.of(words).anyMatch(line::contains))
                .reduce((first, second) -> second)
                .map(ServerLog::shown);
    }

    /** The last line. */
    Optional<String> last() {
        return lines().filter(line -> !line.isBlank())
                .reduce((first, second) -> second)
                .map(ServerLog::shown);
    }

    private static String shown(String line) {
        return SafeText.line(line.strip(), LONGEST);
    }

    private Stream<String> lines() {
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            channel.position(Math.max(0, channel.size() - MOST_BYTES));
            ByteBuffer end = ByteBuffer.allocate(MOST_BYTES);
            int read;
            do {
                read = channel.read(end);
            } while (read > 0);
            return new String(end.array(), 0, end.position(), StandardCharsets.UTF_8).lines();
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("file", file).log("the server's log cannot be read: {}", Failure.reason(e));
            return Stream.empty();
        }
    }
}
