package bmm.store;

import bmm.base.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.Function;

/** A range of a file. Errors while reading are the store's {@link Failure}, not an anonymous {@link IOException}. */
final class FileStream extends InputStream {
    private final FileChannel channel;
    private final Function<IOException, Failure> failure;
    private long remaining;

    FileStream(FileChannel channel, long offset, long length, Function<IOException, Failure> failure)
            throws IOException {
        this.channel = channel;
        this.failure = failure;
        this.remaining = length;
        channel.position(offset);
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) {
        if (length == 0) {
            return 0;
        }
        if (remaining == 0) {
            return -1;
        }
        try {
            int count = channel.read(ByteBuffer.wrap(target, from, (int) Math.min(length, remaining)));
            remaining -= Math.max(count, 0);
            return count;
        } catch (IOException e) {
            throw failure.apply(e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
