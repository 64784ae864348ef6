package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bmm.stream.Compression;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that pg_dump made, cut and damaged: an archive is read to its end or refused, whatever is in it. */
class ArchiveReaderTest {
    private static final String DATABASE = "archivereader";
    private static ScratchServer server;

    @BeforeAll
    static void makeDatabase() {
        server = ScratchServer.get();
        server.createDatabase(DATABASE);
        server.sql(
                DATABASE,
                "CREATE TABLE t (i int, c text, at timestamptz)",
                "INSERT INTO t SELECT i, repeat('abc ', i % 9), timestamptz '2026-11-21 03:15:00Z' + i * interval '1 hour'"
                        + " FROM generate_series(1, 400) AS i",
                "CREATE TABLE empty ()",
                "SELECT lo_from_bytea(4711, decode(repeat('00ff', 900), 'hex'))");
    }

    private static byte[] dump(String compress) throws IOException {
        Process process = new ProcessBuilder(
                        server.bin().resolve("pg_dump").toString(),
                        "-Fc",
                        compress,
                        "-h",
                        server.socketDirectory(),
                        "-p",
                        String.valueOf(server.port()),
                        "-U",
                        "postgres",
                        DATABASE)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return process.getInputStream().readAllBytes();
    }

    private static ArchiveContent read(byte[] archive, int length) throws IOException {
        return new ArchiveReader(ContentHash.OF_UNKNOWN_TABLES, Compression.ZSTD::decompress, Long.MAX_VALUE)
                .readCustom(new ByteArrayInputStream(archive, 0, length));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Z0", "-Z6"})
    void aCutAnywhereIsNoticed(String compress) throws IOException {
        byte[] archive = dump(compress);
        ArchiveContent whole = read(archive, archive.length);
        assertThat(whole.tables().get(new TableName("public", "t")).rows()).isEqualTo(400);
        assertThat(whole.largeObjects().rows()).isEqualTo(1);
        for (int length = 0; length < archive.length; length += 1 + length / 200) {
            int cut = length;
            assertThatThrownBy(() -> read(archive, cut)).as("cut at %d", cut).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> read(archive, archive.length - 1)).isInstanceOf(IOException.class);
    }

    /** Damage is noticed by the hash over the file; here it must only never break the reader, or make it read for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"-Z0", "-Z6"})
    void aWrongByteIsReadOrRefused(String compress) throws IOException {
        byte[] archive = dump(compress);
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = archive.clone();
            // Half of them in the table of contents, where lengths and counts are.
            int at = random.nextInt(i % 2 == 0 ? Math.min(3000, archive.length) : archive.length);
            damaged[at] = (byte) (damaged[at] ^ (1 << random.nextInt(8)));
            try {
                read(damaged, damaged.length);
            } catch (IOException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void whatIsNoArchiveIsRefused() {
        Random random = new Random(5);
        for (int i = 0; i < 200; i++) {
            byte[] noise = new byte[random.nextInt(5000)];
            random.nextBytes(noise);
            byte[] head = "PGDMP\1\16\0\4\10\1".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            System.arraycopy(head, 0, noise, 0, i % 2 == 0 ? Math.min(noise.length, head.length) : 0);
            assertThatThrownBy(() -> read(noise, noise.length)).isInstanceOf(IOException.class);
        }
    }
}
