package bmm.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads what writers of dumps write, and nothing that could fill memory or leave the directory. */
final class TarReaderTest {
    private static final long ENDLESS = 1L << 40;

    @TempDir
    Path directory;

    private static Map<String, String> read(byte[] tar) throws IOException {
        Map<String, String> found = new LinkedHashMap<>();
        try (TarReader reader = new TarReader(new ByteArrayInputStream(tar))) {
            for (String name = reader.next(); name != null; name = reader.next()) {
                found.put(name, new String(reader.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return found;
    }

    private static byte[] tar(int longNames, int bigNumbers, String... names) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            tar.setLongFileMode(longNames);
            tar.setBigNumberMode(bigNumbers);
            for (String name : names) {
                TarArchiveEntry entry = new TarArchiveEntry(name, true);
                entry.setSize(name.length());
                tar.putArchiveEntry(entry);
                tar.write(name.getBytes(StandardCharsets.UTF_8));
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void whatEachKindOfWriterWrites() throws IOException {
        String name = "x".repeat(150) + ".dat";
        for (int longNames : new int[] {TarArchiveOutputStream.LONGFILE_GNU, TarArchiveOutputStream.LONGFILE_POSIX}) {
            for (int numbers :
                    new int[] {TarArchiveOutputStream.BIGNUMBER_POSIX, TarArchiveOutputStream.BIGNUMBER_STAR}) {
                assertThat(read(tar(longNames, numbers, "toc.dat", "./1.dat.gz", name)))
                        .containsExactly(
                                Map.entry("toc.dat", "toc.dat"),
                                Map.entry("1.dat.gz", "./1.dat.gz"),
                                Map.entry(name, name));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gnu", "pax", "ustar"})
    void whatTheToolWrites(String format) throws Exception {
        Files.writeString(directory.resolve("toc.dat"), "a");
        Files.writeString(directory.resolve("blob_1.dat"), "b".repeat(1000));
        Path tar = directory.resolveSibling(directory.getFileName() + ".tar");
        Process process = new ProcessBuilder(
                        "tar", "--format=" + format, "-cf", tar.toString(), "-C", directory.toString(), ".")
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();

        assertThat(read(Files.readAllBytes(tar)))
                .containsOnly(Map.entry("toc.dat", "a"), Map.entry("blob_1.dat", "b".repeat(1000)));
        Files.delete(tar);
    }

    private static byte[] header(String name, char type, long size) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TarArchiveEntry entry = new TarArchiveEntry(name, (byte) type);
        entry.setSize(size);
        byte[] block = new byte[512];
        entry.writeEntryHeader(
                block, org.apache.commons.compress.archivers.zip.ZipEncodingHelper.getZipEncoding("UTF8"), true);
        bytes.write(block);
        return bytes.toByteArray();
    }

    /** What announces much and sends it. */
    private static InputStream endless(byte[] head, char fill) {
        return new SequenceInputStream(new ByteArrayInputStream(head), new InputStream() {
            private long left = ENDLESS;

            @Override
            public int read() {
                return left-- > 0 ? fill : -1;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                Arrays.fill(bytes, offset, offset + length, (byte) fill);
                left -= length;
                return left > 0 ? length : -1;
            }
        });
    }

    @ParameterizedTest
    @ValueSource(chars = {'L', 'x', 'g', 'K', 'S', 'V', 'M', '1', '2', '3', '4', '6', '7', '5'})
    void aDescriptionIsBoundedAndOtherKindsAreRefused(char type) throws IOException {
        byte[] head = header("name", type, 1L << 33);

        assertThatThrownBy(() -> new TarReader(endless(head, '9')).next()).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "99999999 path=x\n",
                "5 a\n",
                "x path=a\n",
                "20 size=9999999999999999999999\n",
                "11 size=-1\n",
                "22 GNU.sparse.major=1\n",
                "0 \n",
                "17 path=../../etc\n"
            })
    void pax(String records) throws IOException {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        byte[] bytes = records.getBytes(StandardCharsets.UTF_8);
        tar.write(header("pax", 'x', bytes.length));
        tar.write(bytes);
        tar.write(new byte[512 - bytes.length]);
        tar.write(header("file", '0', 0));

        assertThatThrownBy(() -> read(tar.toByteArray())).isInstanceOf(IOException.class);
    }

    @Test
    void aCutOrDamagedOne() throws IOException {
        byte[] whole =
                tar(TarArchiveOutputStream.LONGFILE_POSIX, TarArchiveOutputStream.BIGNUMBER_POSIX, "toc.dat", "1.dat");
        for (int length : new int[] {1, 511, 515, 600, 1024 + 7}) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(cut)).as("cut at %s", length).isInstanceOf(IOException.class);
        }
        Random random = new Random(1);
        for (int i = 0; i < 5000; i++) {
            byte[] mutated = whole.clone();
            for (int n = random.nextInt(3); n >= 0; n--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            try {
                read(mutated).keySet().forEach(name -> assertThat(name).matches("[A-Za-z0-9_][A-Za-z0-9_.-]*"));
            } catch (IOException e) {
                assertThat(e.getMessage()).contains("tar");
            }
        }
    }
}
