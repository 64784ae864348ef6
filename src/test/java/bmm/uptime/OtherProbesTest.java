package bmm.uptime;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.alert.Layer;
import bmm.alert.Observation.Status;
import bmm.postgres.ScratchServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ports, names, disks, commands and databases, each up and down. */
class OtherProbesTest {
    @TempDir
    Path directory;

    @Test
    void aPortThatAcceptsIsUp() throws IOException {
        try (ServerSocket listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            ProbeResult result = Looking.at("tcp://127.0.0.1:" + listening.getLocalPort());

            assertThat(result.status()).isEqualTo(Status.UP);
            assertThat(result.layer()).isEqualTo(Layer.NETWORK);
        }
    }

    @Test
    void aPortWhereNothingListensIsDown() {
        assertThat(Looking.at("tcp://127.0.0.1:1").reason()).isEqualTo("TCP: 127.0.0.1 port 1: connection refused");
        assertThat(Looking.at("tcp://[::1]:1").stage()).isEqualTo(Stage.TCP);
        assertThat(Looking.at("tcp://nothing.invalid:80").stage()).isEqualTo(Stage.DNS);
    }

    @Test
    void aNameIsUpWhereItHasTheAddressesItShould() {
        assertThat(Looking.at("dns:localhost").sentence()).contains("127.0.0.1");
        assertThat(Looking.at("dns:localhost address=127.0.0.1").status()).isEqualTo(Status.UP);
        assertThat(Looking.at("dns:localhost address=192.0.2.1").reason())
                .matches("DNS: localhost is .*127\\.0\\.0\\.1.*, not 192\\.0\\.2\\.1");
        assertThat(Looking.at("dns:nothing.invalid").reason())
                .startsWith("DNS: ")
                .contains("nothing.invalid");
    }

    @Test
    void aDiskWithRoomIsUp() {
        ProbeResult result = Looking.at("disk:" + directory + " free>0% inodes>0% writable");

        assertThat(result.status()).as(result.reason()).isEqualTo(Status.UP);
        assertThat(result.sentence()).matches("[\\d.]+% free \\(.* of .*\\)(, [\\d.]+% of inodes)?");
        assertThat(result.layer()).isEqualTo(Layer.MACHINE);
    }

    @Test
    void aDiskWithoutTheRoomIsDown() {
        assertThat(Looking.at("disk:" + directory + " free>900000TB").reason())
                .startsWith(directory + ": ")
                .endsWith(", not more than 900000 PB".replace("900000 PB", "900 PB"));
        assertThat(Looking.at("disk:/proc free>0%").status())
                .as("without blocks there is nothing to fill")
                .isEqualTo(Status.UP);
        assertThat(Looking.at("disk:" + directory.resolve("gone")).reason())
                .isEqualTo(directory.resolve("gone") + ": no such file or directory");
    }

    @Test
    void aDiskWithoutInodesIsDown() {
        ProbeResult result = Looking.at("disk:/dev/shm free>0% inodes>999999999999999");

        assertThat(result.reason()).contains("of inodes free").endsWith("not more than 999 999 999 999 999");
    }

    @Test
    void aDiskMountedReadOnlyIsDownWhereItMustBeWritten() throws IOException {
        String readOnly = Files.readAllLines(Path.of("/proc/mounts")).stream()
                .map(line -> line.split(" ", -1))
                .filter(fields -> fields[3].equals("ro") || fields[3].startsWith("ro,"))
                .map(fields -> fields[1])
                .findFirst()
                .orElse("");
        org.junit.jupiter.api.Assumptions.assumeFalse(
                readOnly.isEmpty(), "nothing is mounted read-only on this machine");

        assertThat(Looking.at("disk:" + readOnly + " free>0% writable").reason())
                .endsWith("mounted read-only");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cmd:true                                        | UP   | exit status 0",
                "cmd:echo one; echo 'all fine'                   | UP   | all fine",
                "cmd:\"echo quoted\" timeout=3s                  | UP   | quoted",
                "cmd:'yes PIPE head -c 30000000; echo end' timeout=60s | UP   | end",
                "cmd:exit 3                                      | DOWN | exit status 3",
                "cmd:echo out; echo broken >&2; exit 2           | DOWN | exit status 2: broken",
                "cmd:nothing-of-that-name                        | DOWN | exit status 127: /bin/sh: 1: nothing-of-that-name: not found",
                "cmd:'sleep 30' timeout=300ms                    | DOWN | did not end within 0.3 s"
            })
    void aCommandIsUpWhereItEndsWell(String probe, Status status, String reason) {
        ProbeResult result = Looking.at(probe.replace("PIPE", "|"));

        assertThat(result.status()).as(result.reason()).isEqualTo(status);
        assertThat(result.reason()).isEqualTo(reason);
    }

    @Test
    void whatACommandLeavesRunningIsNotWaitedFor() {
        ProbeResult result = Looking.at("cmd:sleep 4 & echo started");

        assertThat(result.status()).isEqualTo(Status.UP);
        assertThat(result.sentence()).isEqualTo("started");
    }

    @Test
    void aDatabaseThatAnswersIsUp() {
        ScratchServer server = ScratchServer.get();
        Looking looking = new Looking()
                .set("PGHOST", server.socketDirectory())
                .set("PGPORT", String.valueOf(server.port()))
                .set("PGUSER", "postgres")
                .set("BMM_PROBE_X", "postgres: latency<5s");

        ProbeResult result = looking.only();

        assertThat(result.reason()).isEqualTo("answers SELECT 1");
        assertThat(result.layer()).isEqualTo(Layer.DATABASE);
        assertThat(looking.set("BMM_PROBE_X", "postgres:nothing_here").only().reason())
                .contains("database nothing_here at socket ")
                .endsWith("there is no such database");
    }

    @Test
    void aDatabaseByItsOwnUrlTakesItsOwnPassword() {
        ScratchServer server = ScratchServer.get();
        server.sql("postgres", "DROP ROLE IF EXISTS prober", "CREATE ROLE prober LOGIN PASSWORD 'richtig'");
        Looking looking = new Looking()
                .set("BMM_PROBE_X", "postgres://prober@127.0.0.1:" + server.port() + "/postgres")
                .set("BMM_PROBE_X_PASSWORD", "richtig");

        assertThat(looking.only().status()).isEqualTo(Status.UP);

        ProbeResult wrong = looking.set("BMM_PROBE_X_PASSWORD", "falsch").only();
        assertThat(wrong.status()).isEqualTo(Status.DOWN);
        assertThat(wrong.reason()).contains("wrong password for role prober").doesNotContain("falsch");
    }

    @Test
    void aDatabaseThatIsNotThereIsDown() {
        assertThat(Looking.at("postgres://me@127.0.0.1:1/app").reason())
                .isEqualTo("database app at 127.0.0.1:1: cannot connect: Connection refused");
        assertThat(Looking.at("postgres://me@nothing.invalid/app").stage()).isEqualTo(Stage.DNS);
    }

    @Test
    void aDatabaseThatHangsIsDown() throws IOException {
        try (RawServer silent = new RawServer((socket, out) -> Thread.sleep(20_000))) {
            assertThat(Looking.at("postgres://me@" + silent.address() + "/app timeout=1s")
                            .reason())
                    .contains(silent.address());
        }
    }

    @Test
    void aDatabaseThatTakesItsTimeIsDownByItsLatency() {
        ScratchServer server = ScratchServer.get();
        Looking looking = new Looking()
                .set("PGHOST", server.socketDirectory())
                .set("PGPORT", String.valueOf(server.port()))
                .set("PGUSER", "postgres")
                .set("BMM_PROBE_X", "postgres: latency<1ms");

        assertThat(looking.only().reason()).matches("took \\d+ ms, not less than 1 ms");
    }
}
