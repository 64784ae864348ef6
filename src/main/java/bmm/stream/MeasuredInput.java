package bmm.stream;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/** Observes what is read through it: number of bytes and SHA-256. */
public final class MeasuredInput extends FilterInputStream {
    private final MessageDigest digest = Sha256.newDigest();
    private final LongConsumer progress;
    private long size;

    /**
     * @param progress told the number of bytes so far after every read
     */
    public MeasuredInput(InputStream in, LongConsumer progress) {
        super(in);
        this.progress = progress;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = super.read(bytes, offset, length);
        if (count > 0) {
            digest.update(bytes, offset, count);
            size += count;
            progress.accept(size);
        }
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        throw new IOException("skipped bytes would be missing in the hash");
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    /** Reads what is left, so that the hash is over the whole stream. */
    public void drain() throws IOException {
        transferTo(OutputStream.nullOutputStream());
    }

    /** Bytes read so far. */
    public long size() {
        return size;
    }

    /** SHA-256 of all that was read, lower-case hex; can be asked once, at the end. */
    public String sha256() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
