package bmm.stream;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** How bytes are compressed on their way to a file, and what a file's name then ends in. */
public enum Compression {
    NONE("") {
        @Override
        public OutputStream compress(OutputStream out, int level) {
            return out;
        }

        @Override
        public InputStream decompress(InputStream in) {
            return in;
        }
    },

    ZSTD(".zst") {
        @Override
        public OutputStream compress(OutputStream out, int level) throws IOException {
            ZstdOutputStream zstd = new ZstdOutputStream(out, level);
            zstd.setChecksum(true);
            // One worker: compression then runs beside the thread that reads from pg_dump.
            zstd.setWorkers(1);
            return zstd;
        }

        @Override
        public InputStream decompress(InputStream in) throws IOException {
            // A window of 128 MB, which is what the zstd tool allows; a frame can ask for more memory than any machine
            // has.
            return new ZstdInputStream(in).setLongMax(LARGEST_WINDOW_LOG);
        }
    },

    GZIP(".gz") {
        @Override
        public OutputStream compress(OutputStream out, int level) throws IOException {
            return new LevelledGzip(out, level);
        }

        @Override
        public InputStream decompress(InputStream in) throws IOException {
            return new GZIPInputStream(in, BUFFER);
        }
    };

    private static final int BUFFER = 64 * 1024;
    private static final int LARGEST_WINDOW_LOG = 27;

    private final String suffix;

    Compression(String suffix) {
        this.suffix = suffix;
    }

    /** With its dot, or empty. */
    public String suffix() {
        return suffix;
    }

    /** Wraps a stream that will be compressed; closing it finishes the frame. */
    public abstract OutputStream compress(OutputStream out, int level) throws IOException;

    /** Wraps a compressed stream; reading fails on damaged or cut data. */
    public abstract InputStream decompress(InputStream in) throws IOException;

    /** The compression that a file name's last ending tells. */
    public static Compression of(String fileName) {
        for (Compression compression : values()) {
            if (compression != NONE && fileName.endsWith(compression.suffix)) {
                return compression;
            }
        }
        return NONE;
    }

    private static final class LevelledGzip extends GZIPOutputStream {
        LevelledGzip(OutputStream out, int level) throws IOException {
            super(out, BUFFER);
            def.setLevel(Math.min(level, Deflater.BEST_COMPRESSION));
        }
    }
}
