package bmm.dump;

import bmm.postgres.ArchiveContent;
import bmm.postgres.ArchiveReader;
import bmm.postgres.ContentHash;
import bmm.postgres.PlainDumpReader;
import bmm.stream.Bounded;
import bmm.stream.Compression;
import bmm.stream.Identities;
import bmm.stream.Locked;
import bmm.stream.ReadAhead;
import bmm.stream.Tar;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/** Decodes a stored dump of any kind, the whole of it. */
public final class DumpDecoder {
    private DumpDecoder() {}

    /**
     * Reads the whole dump; what may follow it in the stream is left to the caller, and so is closing the stream.
     *
     * @param hash how rows are hashed, or null to count them only
     * @param limits what may come out of it
     * @throws IOException if the dump is cut or damaged, or more comes out of it
     */
    public static ArchiveContent decode(InputStream in, DumpKind kind, @Nullable ContentHash hash, Limits limits)
            throws IOException {
        InputStream bounded = new Bounded(kind.compression().decompress(new LeftOpen(in)), limits.unpacked());
        // Decompression runs in a thread beside the one that counts rows.
        try (InputStream decoded = new ReadAhead(bounded)) {
            ArchiveContent content = switch (kind) {
                case CUSTOM, CUSTOM_ZSTD -> archiveReader(hash, limits).readCustom(decoded);
                case PLAIN_GZIP -> new PlainDumpReader(hash, limits.data()).read(decoded);
                case DIRECTORY -> archiveReader(hash, limits).readDirectory(new TarFiles(Tar.read(decoded)));
            };
            // What is behind it, such as the padding of a tar: to stop the reading thread in a file would close the
            // file.
            decoded.transferTo(OutputStream.nullOutputStream());
            return content;
        }
    }

    /**
     * The same of a dump that is encrypted, to the last of its encrypted bytes.
     *
     * @throws Locked if the identities do not open it
     */
    public static ArchiveContent decodeEncrypted(
            InputStream in, Identities identities, DumpKind kind, @Nullable ContentHash hash, Limits limits)
            throws IOException {
        // Not closed, as the caller still wants what it is read from.
        InputStream plain = identities.decrypt(in);
        ArchiveContent content = decode(plain, kind, hash, limits);
        plain.transferTo(OutputStream.nullOutputStream());
        return content;
    }

    /**
     * Reads the whole of a dump that was fetched, whoever made it.
     *
     * @throws IOException if it is cut or damaged, or more comes out of it than the limits allow
     */
    public static ArchiveContent decode(DumpContent content, @Nullable ContentHash hash, Limits limits)
            throws IOException {
        return switch (content) {
            case DumpContent.CustomFile custom -> {
                try (InputStream in = Files.newInputStream(custom.path())) {
                    yield archiveReader(hash, limits).readCustom(in);
                }
            }
            case DumpContent.CustomStream custom -> {
                try (InputStream in = new ReadAhead(custom.source().open())) {
                    yield archiveReader(hash, limits).readCustom(in);
                }
            }
            case DumpContent.Sql sql -> {
                try (InputStream in = new ReadAhead(sql.source().open())) {
                    yield new PlainDumpReader(hash, limits.data()).read(in);
                }
            }
            case DumpContent.Directory directory -> {
                try (DirectoryFiles files = new DirectoryFiles(directory.path())) {
                    yield archiveReader(hash, limits).readDirectory(files);
                }
            }
        };
    }

    private static final class LeftOpen extends FilterInputStream {
        LeftOpen(InputStream in) {
            super(in);
        }

        @Override
        public void close() {
            // The caller still wants the hash of all of it.
        }
    }

    private static ArchiveReader archiveReader(@Nullable ContentHash hash, Limits limits) {
        return new ArchiveReader(hash, Compression.ZSTD::decompress, limits.data());
    }

    private record TarFiles(Tar tar) implements ArchiveReader.ArchiveFiles {
        @Override
        public @Nullable String next() throws IOException {
            return tar.next();
        }

        @Override
        public InputStream content() {
            return tar.content();
        }
    }
}
