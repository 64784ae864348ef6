package bmm.stream;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/** Observes what is written through it: number of bytes and SHA-256. */
public final class Measured extends FilterOutputStream {
    private final MessageDigest digest = Sha256.newDigest();
    private final LongConsumer progress;
    private long size;

    /**
     * @param progress told the number of bytes so far after every write
     */
    public Measured(OutputStream out, LongConsumer progress) {
        super(out);
        this.progress = progress;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        digest.update(bytes, offset, length);
        size += length;
        progress.accept(size);
    }

    /** Bytes written so far. */
    public long size() {
        return size;
    }

    /** SHA-256 of all that was written, lower-case hex; can be asked once, at the end. */
    public String sha256() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
