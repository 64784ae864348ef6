package bmm.backup;

import bmm.base.DurableFile;
import bmm.dump.DumpDecoder;
import bmm.dump.DumpKind;
import bmm.dump.Limits;
import bmm.postgres.ArchiveContent;
import bmm.postgres.ContentHash;
import bmm.stream.Encryption;
import bmm.stream.Identities;
import bmm.stream.Measured;
import bmm.stream.Pipe;
import bmm.stream.Tee;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A dump on its way to the disk. The very bytes that go there (before encryption, if there is any) are decoded beside the writing, so that it takes next to no
 * time to know what is in them; that the disk holds those bytes is what the hash says when they are read back.
 */
final class DumpFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DumpFile.class);

    private final Pipe pipe = new Pipe();
    private final Measured file;
    private final Encryption.@Nullable Encrypted encrypted;
    private final OutputStream out;
    private final FutureTask<ArchiveContent> decoding;
    private final Thread decoder;

    /**
     * Creates the file.
     *
     * @param hash how the rows in it are hashed, or null to count them only
     * @param encryption of what is on the disk; what is decoded has not been through it. Null for none
     * @param written told the number of bytes in the file so far
     */
    DumpFile(
            Path path, DumpKind kind, @Nullable ContentHash hash, @Nullable Encryption encryption, LongConsumer written)
            throws IOException {
        file = new Measured(Channels.newOutputStream(DurableFile.create(path)), written);
        encrypted = encryption == null ? null : encryption.encrypt(file);
        out = new Tee(encrypted == null ? file : encrypted, pipe.sink());
        decoding = new FutureTask<>(() -> decode(kind, hash));
        decoder = Thread.ofPlatform().daemon().name("decode").start(decoding);
    }

    private ArchiveContent decode(DumpKind kind, @Nullable ContentHash hash) throws IOException {
        try (InputStream in = pipe.source()) {
            ArchiveContent content = DumpDecoder.decode(in, kind, hash, Limits.NONE);
            in.transferTo(OutputStream.nullOutputStream());
            return content;
        }
    }

    /** Where its bytes go; closing it makes it complete. */
    OutputStream stream() {
        return out;
    }

    /** Bytes in the file. */
    long size() {
        return file.size();
    }

    /** Of all its bytes, lower-case hex; once, when it is complete. */
    String sha256() {
        return file.sha256();
    }

    /** What decrypts it, or null if it is not encrypted. */
    @Nullable
    Identities reader() {
        return encrypted == null ? null : encrypted.reader();
    }

    /**
     * What was found when all of it was decoded; waits for it.
     *
     * @throws IOException if it is damaged or cut, with a message that says how
     */
    ArchiveContent content() throws IOException, InterruptedException {
        try {
            return decoding.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException bug) {
                throw bug;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw cause instanceof IOException damaged ? damaged : new IOException(e);
        }
    }

    /** Breaks off what is still going on. */
    @Override
    public void close() {
        decoder.interrupt();
        try (out) {
            decoder.join();
        } catch (IOException e) {
            LOG.debug("an unfinished dump cannot be closed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
