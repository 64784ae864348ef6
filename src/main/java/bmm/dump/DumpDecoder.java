package bmm.dump;

import bmm.postgres.ArchiveContent;
import bmm.postgres.ArchiveReader;
import bmm.postgres.ContentHash;
import bmm.postgres.PlainDumpReader;
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
     * @throws IOException if the dump is cut or damaged
     */
    public static ArchiveContent decode(InputStream in, DumpKind kind, @Nullable ContentHash hash) throws IOException {
        // Decompression runs in a thread beside the one that counts rows.
        try (InputStream decoded = new ReadAhead(kind.compression().decompress(new LeftOpen(in)))) {
            return switch (kind) {
                case CUSTOM, CUSTOM_ZSTD -> archiveReader(hash).readCustom(decoded);
                case PLAIN_GZIP -> new PlainDumpReader(hash).read(decoded);
                case DIRECTORY -> {
                    try (Tar tar = Tar.read(decoded)) {
                        yield archiveReader(hash).readDirectory(new TarFiles(tar));
                    }
                }
            };
        }
    }

    /**
     * The same of a dump that is encrypted, to the last of its encrypted bytes.
     *
     * @throws Locked if the identities do not open it
     */
    public static ArchiveContent decodeEncrypted(
            InputStream in, Identities identities, DumpKind kind, @Nullable ContentHash hash) throws IOException {
        // Not closed, as the caller still wants what it is read from.
        InputStream plain = identities.decrypt(in);
        ArchiveContent content = decode(plain, kind, hash);
        plain.transferTo(OutputStream.nullOutputStream());
        return content;
    }

    /**
     * Reads the whole of a dump that was fetched, whoever made it.
     *
     * @throws IOException if it is cut or damaged
     */
    public static ArchiveContent decode(DumpContent content, @Nullable ContentHash hash) throws IOException {
        return switch (content) {
            case DumpContent.CustomFile custom -> {
                try (InputStream in = Files.newInputStream(custom.path())) {
                    yield archiveReader(hash).readCustom(in);
                }
            }
            case DumpContent.CustomStream custom -> {
                try (InputStream in = new ReadAhead(custom.source().open())) {
                    yield archiveReader(hash).readCustom(in);
                }
            }
            case DumpContent.Sql sql -> {
                try (InputStream in = new ReadAhead(sql.source().open())) {
                    yield new PlainDumpReader(hash).read(in);
                }
            }
            case DumpContent.Directory directory -> {
                try (DirectoryFiles files = new DirectoryFiles(directory.path())) {
                    yield archiveReader(hash).readDirectory(files);
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

    private static ArchiveReader archiveReader(@Nullable ContentHash hash) {
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
