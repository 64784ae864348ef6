package bmm.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The age tool that the machine has, to be interoperable with. */
public final class AgeTool {
    private AgeTool() {}

    /** A file with a new identity. */
    public static Path identity(Path file) throws IOException, InterruptedException {
        run(Path.of("/dev/null"), file, "age-keygen");
        return file;
    }

    /** The recipient that belongs to a file with one identity. */
    public static String recipient(Path identity) throws IOException {
        return Files.readAllLines(identity).stream()
                .filter(line -> line.startsWith("# public key: "))
                .map(line -> line.substring("# public key: ".length()))
                .findFirst()
                .orElseThrow();
    }

    static void decrypt(Path identity, Path from, Path to) throws IOException, InterruptedException {
        run(from, to, "age", "-d", "-i", identity.toString());
    }

    static void encrypt(List<String> options, Path from, Path to) throws IOException, InterruptedException {
        run(from, to, Stream.concat(Stream.of("age"), options.stream()).toArray(String[]::new));
    }

    private static void run(Path from, Path to, String... command) throws IOException, InterruptedException {
        Path said = Files.createTempFile("age", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(from.toFile())
                    .redirectOutput(to.toFile())
                    .redirectError(said.toFile())
                    .start();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue())
                    .as("%s: %s", List.of(command), Files.readString(said))
                    .isZero();
        } finally {
            Files.delete(said);
        }
    }
}
