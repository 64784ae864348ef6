package bmm.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import bmm.alert.Observation.Status;
import bmm.notify.Routes;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The state in real files: damaged, on a full disk, and changed by several processes at once. */
class StateFileTest {
    private static final Instant NOW = Instant.parse("2026-11-21T03:00:00Z");

    @TempDir
    Path directory;

    private static IncidentBook book(Path directory, Path reserve) {
        return new IncidentBook(
                directory, reserve, Rules.DEFAULT, Routes.parse("sms"), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private static Observation seen(String name, Status status) {
        return Observation.of(Subject.of("uptime", name), status, "broken", Layer.SERVICE, NOW);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void nothingIsWrittenWhileNothingHappens() throws IOException {
        book(directory, null).observe(List.of(seen("api", Status.UP), seen("home", Status.UNKNOWN)));
        assertThat(files()).containsExactly(".incidents.lock");
    }

    @Test
    void anotherProcessKnowsWhatThisOneSaw() throws IOException {
        assertThat(book(directory, null).observe(List.of(seen("api", Status.DOWN))))
                .hasSize(1);
        assertThat(book(directory, null).observe(List.of(seen("api", Status.DOWN))))
                .isEmpty();
        assertThat(book(directory, null).observe(List.of(seen("api", Status.UP))))
                .hasSize(1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("incidents.json"))))
                .isEqualTo("rw-------");
    }

    @Test
    void ofADamagedFileTheCopyBeforeItIsUsedAndThatIsTold() throws IOException {
        book(directory, null).observe(List.of(seen("api", Status.DOWN)));
        book(directory, null).observe(List.of(seen("home", Status.DOWN)));
        Path file = directory.resolve("incidents.json");
        byte[] bytes = Files.readAllBytes(file);
        for (int at : new int[] {0, 20, bytes.length / 2, bytes.length - 10}) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= 2;
            Files.write(file, damaged);

            IncidentBook book = book(directory, null);
            assertThat(book.observe(List.of(seen("api", Status.DOWN))))
                    .as("byte %d", at)
                    .isEmpty();
            assertThat(book.state().outbox().getLast().news().getFirst().sentence())
                    .contains("cannot be read", "the copy before it is used");
            assertThat(files()).anyMatch(name -> name.startsWith("incidents.damaged-2026"));
            // Told once: the state is whole again.
            int told = book.state().outbox().size();
            assertThat(book(directory, null).state().outbox()).hasSize(told);
            // Back to the beginning for the next byte, the good copy included.
            Files.delete(directory.resolve("incidents.previous.json"));
            Files.delete(file);
            book(directory, null).observe(List.of(seen("api", Status.DOWN)));
            book(directory, null).observe(List.of(seen("home", Status.DOWN)));
        }
    }

    @Test
    void withBothDamagedItBeginsAnewAndSaysSo() throws IOException {
        book(directory, null).observe(List.of(seen("api", Status.DOWN)));
        book(directory, null).observe(List.of(seen("home", Status.DOWN)));
        Files.writeString(directory.resolve("incidents.json"), "");
        Files.writeString(directory.resolve("incidents.previous.json"), "{}");
        IncidentBook book = book(directory, null);
        assertThat(book.observe(List.of(seen("api", Status.DOWN)))).hasSize(1);
        assertThat(book.state().outbox().getFirst().news().getFirst().sentence())
                .contains("begins with no incidents");
    }

    @Test
    void aFullDiskDoesNotStopIt() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounting needs root");
        Path small = Files.createDirectory(directory.resolve("small"));
        Path reserve = directory.resolve("reserve");
        int mounted = run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small.toString());
        assumeTrue(mounted == 0, "mounting is not allowed here");
        try {
            book(small, reserve).observe(List.of(seen("api", Status.DOWN)));
            fill(small.resolve("fill"));

            assertThat(book(small, reserve).observe(List.of(seen("home", Status.DOWN))))
                    .hasSize(1);
            assertThat(book(small, reserve).observe(List.of(seen("home", Status.DOWN), seen("api", Status.DOWN))))
                    .isEmpty();
            assertThat(reserve.resolve("incidents.json")).exists();

            Files.delete(small.resolve("fill"));
            assertThat(book(small, reserve).observe(List.of(seen("api", Status.UP))))
                    .hasSize(1);
            assertThat(reserve.resolve("incidents.json")).doesNotExist();
            assertThat(book(small, reserve).observe(List.of(seen("home", Status.DOWN))))
                    .isEmpty();
        } finally {
            run("umount", small.toString());
        }
    }

    @Test
    void withNowhereToWriteThisRunRemembersAtLeast() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        IncidentBook book = book(file.resolve("state"), null);
        assertThat(book.observe(List.of(seen("api", Status.DOWN)))).hasSize(1);
        assertThat(book.observe(List.of(seen("api", Status.DOWN)))).isEmpty();
        assertThat(book.state().outbox()).hasSize(1);
    }

    @Test
    void processesDoNotLoseEachOthersChanges() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            StateWriter.class.getName(),
                            directory.toString(),
                            "p" + i)
                    .inheritIO()
                    .start());
        }
        for (Process process : processes) {
            assertThat(process.waitFor()).isZero();
        }
        assertThat(book(directory, null).state().subjects()).hasSize(4 * StateWriter.SUBJECTS);
        assertThat(book(directory, null).state().outbox()).hasSize(4 * StateWriter.SUBJECTS);
    }

    private static void fill(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[512]);
            }
        } catch (IOException e) {
            // Full.
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
