package bmm.dump;

import bmm.stream.Compression;
import bmm.stream.Identities;
import bmm.stream.Locked;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What a dump is, told by its first bytes and never by its name: files are renamed, and other tools have other names.
 *
 * @param compression of the file as a whole
 * @param encrypted with age, around that
 */
public record DumpForm(Archive archive, Compression compression, boolean encrypted) {
    /** The formats of pg_dump. */
    public enum Archive {
        /** One file, {@code pg_dump -Fc}. */
        CUSTOM,
        /** {@code pg_dump -Fd}, or what a tar of it becomes. */
        DIRECTORY,
        /** {@code pg_dump -Ft}, or a directory archive that was packed. */
        TAR,
        /** SQL text. */
        PLAIN
    }

    /** It is whole, but nothing that could be restored. */
    static final class Unknown extends IOException {
        Unknown(String message) {
            super(message);
        }
    }

    /** How every plain dump begins, after a line with two hyphens. */
    private static final String PLAIN_HEADING = "-- PostgreSQL database dump";

    private static final String CLUSTER_HEADING = "-- PostgreSQL database cluster dump";
    private static final String TABLE_OF_CONTENTS = "toc.dat";
    private static final byte[] CUSTOM = "PGDMP".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] GZIP = {0x1f, (byte) 0x8b};
    private static final byte[] ZSTD = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};
    private static final byte[] TAR = "ustar".getBytes(StandardCharsets.US_ASCII);
    private static final int TAR_OFFSET = 257;
    private static final int LOOKED_AT = 4096;
    private static final int BUFFER = 1 << 16;

    /**
     * Looks at a file or directory.
     *
     * @param identities what opens it, if it is encrypted
     * @throws Locked if they do not
     * @throws Unknown with a sentence if it is nothing that could be restored
     * @throws IOException if it is cut or damaged
     */
    public static DumpForm of(Path path, Identities identities) throws IOException {
        if (Files.isDirectory(path)) {
            if (Files.isRegularFile(path.resolve(TABLE_OF_CONTENTS))) {
                return new DumpForm(Archive.DIRECTORY, Compression.NONE, false);
            }
            throw new Unknown("a directory without " + TABLE_OF_CONTENTS + " is no dump");
        }
        byte[] stored = head(open(path, false, Compression.NONE, identities));
        boolean encrypted = Identities.isEncrypted(stored);
        byte[] head = encrypted ? head(open(path, true, Compression.NONE, identities)) : stored;
        Compression compression =
                begins(head, 0, ZSTD) ? Compression.ZSTD : begins(head, 0, GZIP) ? Compression.GZIP : Compression.NONE;
        byte[] inside = compression == Compression.NONE ? head : head(open(path, encrypted, compression, identities));
        return new DumpForm(archive(inside), compression, encrypted);
    }

    private static byte[] head(InputStream in) throws IOException {
        try (in) {
            return in.readNBytes(LOOKED_AT);
        }
    }

    /** The archive in such a file: what {@code pg_dump} wrote, decrypted and decompressed as it is read. */
    InputStream open(Path path, Identities identities) throws IOException {
        return open(path, encrypted, compression, identities);
    }

    private static InputStream open(Path path, boolean encrypted, Compression compression, Identities identities)
            throws IOException {
        InputStream file = new BufferedInputStream(Files.newInputStream(path), BUFFER);
        boolean done = false;
        try {
            InputStream opened = compression.decompress(encrypted ? identities.decrypt(file) : file);
            done = true;
            return opened;
        } finally {
            if (!done) {
                file.close();
            }
        }
    }

    /** Whether it can be read anywhere in it, just as it lies on the disk. */
    boolean isPlain() {
        return compression == Compression.NONE && !encrypted;
    }

    private static Archive archive(byte[] head) throws IOException {
        if (begins(head, 0, CUSTOM)) {
            return Archive.CUSTOM;
        }
        if (begins(head, TAR_OFFSET, TAR)) {
            return Archive.TAR;
        }
        String text = new String(head, StandardCharsets.ISO_8859_1);
        if (text.contains(CLUSTER_HEADING)) {
            throw new Unknown("a dump of a whole cluster (pg_dumpall), which names its databases itself");
        }
        if (text.contains(PLAIN_HEADING)) {
            return Archive.PLAIN;
        }
        throw new Unknown(head.length == 0 ? "the file is empty" : "not a dump that pg_dump wrote");
    }

    private static boolean begins(byte[] bytes, int offset, byte[] magic) {
        return bytes.length >= offset + magic.length
                && Arrays.equals(bytes, offset, offset + magic.length, magic, 0, magic.length);
    }

    /** For people: {@code custom format}, {@code SQL text in gzip}. */
    public String inWords() {
        String words = switch (archive) {
            case CUSTOM -> "custom format";
            case DIRECTORY -> "directory format";
            case TAR -> "directory format in a tar";
            case PLAIN -> "SQL text";
        };
        words += switch (compression) {
            case NONE -> "";
            case GZIP -> " in gzip";
            case ZSTD -> " in zstd";
        };
        return encrypted ? words + ", encrypted" : words;
    }
}
