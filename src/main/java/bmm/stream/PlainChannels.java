package bmm.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Streams as channels, for a library that wants those. Those of {@link java.nio.channels.Channels} copy in pieces of
 * 8 KiB and close themselves when the thread is interrupted, which is how {@link ReadAhead} ends.
 */
final class PlainChannels {
    private PlainChannels() {}

    static ReadableByteChannel reading(InputStream in) {
        return new Reading(in);
    }

    static WritableByteChannel writing(OutputStream out) {
        return new Writing(out);
    }

    private static final class Reading implements ReadableByteChannel {
        private final InputStream in;
        private boolean open = true;

        Reading(InputStream in) {
            this.in = in;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            byte[] bytes = new byte[target.remaining()];
            int count = in.read(bytes, 0, bytes.length);
            if (count > 0) {
                target.put(bytes, 0, count);
            }
            return count;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() throws IOException {
            open = false;
            in.close();
        }
    }

    private static final class Writing implements WritableByteChannel {
        private final OutputStream out;
        private boolean open = true;

        Writing(OutputStream out) {
            this.out = out;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            out.write(bytes);
            return bytes.length;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() throws IOException {
            open = false;
            out.close();
        }
    }
}
