package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bmm.stream.Compression;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Archives and SQL text that anybody may have made: an error in words, whatever they announce, on a small stack. */
@Timeout(120)
final class ArchiveLimitsTest {
    private static final int SMALL_STACK = 256 * 1024;
    private static final String HEAD = "--\n-- PostgreSQL database dump\n--\n\n";
    private static final String DATA = "-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: x\n--\n\n";
    private static final String TRAILER = "\n--\n-- PostgreSQL database dump complete\n--\n\n";

    private interface Reading {
        Object read() throws IOException;
    }

    private static Throwable thrown(Reading reading) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(
                null,
                () -> {
                    try {
                        assertThat(reading.read()).isNotNull();
                    } catch (Throwable e) {
                        thrown.set(e);
                    }
                },
                "small stack",
                SMALL_STACK);
        thread.start();
        thread.join();
        return thrown.get();
    }

    private static void isRefused(Reading reading) throws InterruptedException {
        assertThat(thrown(reading)).isInstanceOf(IOException.class);
    }

    private static InputStream endless(byte[] head, byte[] again) {
        return new SequenceInputStream(new ByteArrayInputStream(head), new InputStream() {
            private int at;

            @Override
            public int read() {
                return again[at++ % again.length] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                at %= again.length;
                for (int i = 0; i < length; i++) {
                    bytes[offset + i] = again[at++ % again.length];
                }
                return length;
            }
        });
    }

    private static Object readCustom(InputStream in) throws IOException {
        return new ArchiveReader(null, Compression.ZSTD::decompress, 1 << 20).readCustom(in);
    }

    private static Object readPlain(InputStream in) throws IOException {
        return new PlainDumpReader(ContentHash.OF_UNKNOWN_TABLES, 1 << 20).read(in);
    }

    private static Object readPlain(String sql) throws IOException {
        return readPlain(new ByteArrayInputStream(sql.getBytes(StandardCharsets.UTF_8)));
    }

    /** Up to the number of entries, as pg_dump 15 writes it (archive version 1.14). */
    private static byte[] header(int entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("PGDMP".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(new byte[] {1, 14, 0, 4, 8, 1});
        for (int i = 0; i < 8; i++) {
            number(out, 0);
        }
        string(out, "db");
        string(out, "15.1");
        string(out, "15.1");
        number(out, entries);
        return out.toByteArray();
    }

    private static void number(ByteArrayOutputStream out, int value) {
        out.write(0);
        for (int i = 0; i < 4; i++) {
            out.write(value >> (8 * i));
        }
    }

    private static void string(ByteArrayOutputStream out, String text) {
        number(out, text.length());
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aTableOfContentsWithoutEnd() throws Exception {
        // Each entry is nothing but zeros: empty texts, and no dependencies where a length of -1 would end them.
        isRefused(() -> readCustom(endless(header(Integer.MAX_VALUE), new byte[] {0})));
        ByteArrayOutputStream huge = new ByteArrayOutputStream();
        huge.writeBytes(header(5));
        number(huge, 1);
        number(huge, 1);
        number(huge, 1 << 30);
        isRefused(() -> readCustom(endless(huge.toByteArray(), new byte[] {'x'})));
        isRefused(() -> ArchivePart.read(endless(huge.toByteArray(), new byte[] {'x'}), name -> true, Set.of()));
    }

    @Test
    void moreDataThanAnnounced() throws Exception {
        String row = "1\tabc\n";
        assertThat(thrown(() -> readPlain(endless(
                        (HEAD + DATA + "COPY public.t (a, b) FROM stdin;\n").getBytes(StandardCharsets.UTF_8),
                        row.getBytes(StandardCharsets.UTF_8)))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("more than the 1048576 bytes of data");
        // A row without end.
        assertThat(thrown(() -> readPlain(endless(
                        (HEAD + DATA + "COPY public.t (a, b) FROM stdin;\n").getBytes(StandardCharsets.UTF_8),
                        new byte[] {'x'}))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bytes of data");
    }

    @Test
    void namesAndStatementsOfAnyLength() throws Exception {
        String name = "\"" + "a\"\"".repeat(100_000) + "\"";
        assertThat(thrown(
                        () -> readPlain(HEAD + DATA + "COPY public." + name + " (a) FROM stdin;\n1\n\\.\n" + TRAILER)))
                .isNull();
        // A name, and a call, without an end swallow the last line.
        isRefused(() -> readPlain(HEAD + DATA + "COPY public.\"" + "\"\"".repeat(200_000) + TRAILER));
        assertThat(thrown(
                        () -> readPlain(HEAD + "INSERT INTO t VALUES ('" + "x".repeat(5_000_000) + "');\n" + TRAILER)))
                .isNull();
        isRefused(() -> readPlain(HEAD + "SELECT pg_catalog.setval('" + "\n".repeat(900_000) + TRAILER));
    }

    /** What is none of pg_dump's statements is not run either; it must only not break what reads it. */
    @Test
    void numbersOutOfRange() throws Exception {
        for (String statement : new String[] {
            "SELECT pg_catalog.setval('public.s', 99999999999999999999999, true);",
            "SELECT pg_catalog.lowrite(0, '\\xabc');",
            "SELECT pg_catalog.lo_open('" + "9".repeat(100) + "', 131072);"
        }) {
            Throwable thrown = thrown(() -> readPlain(HEAD + statement + "\n" + TRAILER));
            assertThat(thrown == null || thrown instanceof IOException)
                    .as("%s: %s", statement, thrown)
                    .isTrue();
        }
    }

    @Test
    void aTextWithoutEnd() {
        // One endless line is read as long as something comes; whoever gives the stream bounds it.
        assertThatThrownBy(() -> readPlain(HEAD + "x".repeat(3_000_000)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("was cut");
    }
}
