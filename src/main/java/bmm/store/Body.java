package bmm.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * Bytes to be stored: their number is known, and they can be read again when an attempt failed. A store that signs the
 * content (S3 over plain http) reads each piece twice, one time to sign it and one time to send it.
 */
public interface Body {
    /** Exact number of bytes. A store refuses the object if it then reads fewer or more. */
    long size();

    /** A new stream from the first byte on. */
    InputStream open() throws IOException;

    /** A new stream from an offset on. A body that can seek should not read and throw away what comes before. */
    default InputStream open(long offset) throws IOException {
        InputStream stream = open();
        try {
            stream.skipNBytes(offset);
            return stream;
        } catch (IOException | RuntimeException e) {
            stream.close();
            throw e;
        }
    }

    /** The file of which this is the whole content, for programs that read files; most bodies have none. */
    default Optional<Path> file() {
        return Optional.empty();
    }

    /** The content of a file, which must not change meanwhile. */
    static Body of(Path file) throws IOException {
        BasicFileAttributes kind = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!kind.isRegularFile()) {
            throw new IOException(file + " is not a regular file");
        }
        long size = kind.size();
        return new Body() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public Optional<Path> file() {
                return Optional.of(file);
            }

            @Override
            public InputStream open() throws IOException {
                return open(0);
            }

            @Override
            public InputStream open(long offset) throws IOException {
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
                channel.position(offset);
                return Channels.newInputStream(channel);
            }
        };
    }

    /** A few bytes in memory. */
    static Body of(byte[] bytes) {
        return new Body() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        };
    }
}
