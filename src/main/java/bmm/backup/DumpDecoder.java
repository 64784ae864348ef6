package bmm.backup;

import bmm.postgres.ArchiveContent;
import bmm.postgres.ArchiveReader;
import bmm.postgres.PlainDumpReader;
import bmm.postgres.RowHash;
import bmm.stream.Compression;
import bmm.stream.ReadAhead;
import bmm.stream.Tar;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Decodes a stored dump of any kind, the whole of it. */
final class DumpDecoder {
    private static final int BUFFER = 64 * 1024;

    private DumpDecoder() {}

    /**
     * Reads the stream to its end.
     *
     * @param hash how rows are hashed, or null to count them only
     * @throws IOException if the dump is cut or damaged
     */
    static ArchiveContent decode(InputStream in, DumpKind kind, @Nullable RowHash hash) throws IOException {
        ArchiveContent content = switch (kind) {
            case CUSTOM, CUSTOM_ZSTD -> {
                try (InputStream archive = ahead(in, kind)) {
                    yield archiveReader(hash).readCustom(archive);
                }
            }
            case PLAIN_GZIP -> {
                try (InputStream sql = ahead(in, kind)) {
                    yield new PlainDumpReader(hash).read(sql);
                }
            }
            case DIRECTORY -> {
                try (Tar tar = Tar.read(new ReadAhead(in))) {
                    yield archiveReader(hash).readDirectory(new TarFiles(tar));
                }
            }
        };
        byte[] rest = new byte[BUFFER];
        if (in.read(rest) > 0) {
            throw new IOException("bytes after its end");
        }
        return content;
    }

    /** Decompression runs in a thread beside the one that counts rows. */
    private static InputStream ahead(InputStream in, DumpKind kind) throws IOException {
        return new ReadAhead(kind.compression().decompress(in));
    }

    private static ArchiveReader archiveReader(@Nullable RowHash hash) {
        return new ArchiveReader(hash, Compression.ZSTD::decompress);
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
