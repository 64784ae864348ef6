package bmm.postgres;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * What comes from the server, and the place where the rows of a COPY are taken out of it. The driver makes an array of each row,
 * which costs more than all that is done with the row; here they go to their reader out of one buffer, and the driver sees a
 * COPY without rows (PostgreSQL manual, "Message Formats": a byte for the type, the length with itself, the content).
 */
final class CopyTap extends InputStream {
    private static final int BUFFER = 128 * 1024;
    private static final int HEADER = 5;
    private static final byte COPY_DATA = 'd';
    private static final byte READY_FOR_QUERY = 'Z';

    private final ReadableByteChannel channel;
    private final byte[] buffer = new byte[BUFFER];
    private int start;
    private int end;
    private Session.@Nullable CopyReader rows;

    /** Bytes of the message at hand that go to the driver before the next one begins. */
    private int passing;

    CopyTap(ReadableByteChannel channel) {
        this.channel = channel;
    }

    /** From the next message on rows go to this reader, until the server is ready for the next statement. */
    void divert(Session.CopyReader reader) {
        rows = reader;
        passing = 0;
    }

    /** What the driver sees from now on is all there is. */
    void end() {
        rows = null;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (rows != null && passing == 0 && !takeRows(rows)) {
            return -1;
        }
        if (start == end && !fill()) {
            return -1;
        }
        int most = rows == null ? length : Math.min(length, passing);
        int count = Math.min(most, end - start);
        System.arraycopy(buffer, start, bytes, offset, count);
        start += count;
        if (rows != null) {
            passing -= count;
        } else if (start == end) {
            start = 0;
            end = 0;
        }
        return count;
    }

    /** Takes rows as long as they come; afterwards a message for the driver begins, and it is known how long it is. */
    private boolean takeRows(Session.CopyReader reader) throws IOException {
        while (true) {
            if (!has(HEADER)) {
                return false;
            }
            int length = ByteBuffer.wrap(buffer, start + 1, Integer.BYTES).getInt();
            byte type = buffer[start];
            if (type != COPY_DATA) {
                passing = Math.addExact(length, 1);
                if (type == READY_FOR_QUERY) {
                    rows = null;
                }
                return true;
            }
            start += HEADER;
            take(reader, length - Integer.BYTES);
        }
    }

    private void take(Session.CopyReader reader, int length) throws IOException {
        int left = length;
        while (left > end - start) {
            int some = end - start;
            reader.accept(buffer, start, some, false);
            left -= some;
            start = end;
            if (!fill()) {
                throw new EOFException("the server closed the connection within a row");
            }
        }
        reader.accept(buffer, start, left, true);
        start += left;
    }

    /** Makes sure that so many bytes are in the buffer. */
    private boolean has(int count) throws IOException {
        while (end - start < count) {
            if (!fill()) {
                return false;
            }
        }
        return true;
    }

    private boolean fill() throws IOException {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
        }
        int count = channel.read(ByteBuffer.wrap(buffer, end, buffer.length - end));
        if (count < 0) {
            return false;
        }
        end += count;
        return true;
    }
}
