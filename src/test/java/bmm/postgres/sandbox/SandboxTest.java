package bmm.postgres.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.SystemAccounts;
import bmm.process.Command;
import bmm.process.RunningCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a program that has everything its user has can do from inside, tried for real by each means. */
@Timeout(120)
final class SandboxTest {
    private static final Path BASH = Path.of("/usr/bin");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Each line it prints is something it got. */
    private static final String ATTACK = """
            secret=$1 writable=$2 socket=$3 port=$4
            got() { echo "GOT $*"; }
            if cat "$secret"; then got the secret; fi
            if ls "$(dirname "$secret")"; then got the directory; fi
            if echo hacked >>"$secret"; then got to write the secret; fi
            if touch "$writable/mine"; then got a file into a directory that is open to all; fi
            for path in /etc/shadow /etc/bmm /etc/postgresql /etc/hostname /root /home /var/lib /srv /run /sys /boot; do
              if [ -e "$path" ]; then got "sight of $path"; fi
            done
            for path in / /usr/bin /usr/lib /etc /dev /proc; do
              if touch "$path/mine"; then got "a file into $path"; fi
            done
            if [ -S "$socket" ]; then got sight of a socket; fi
            if (exec 9<>"/dev/tcp/127.0.0.1/$port"); then got a connection to this host; fi
            if [ -e /proc/net ] && [ "$(grep -cv 'lo:\\|Inter\\|face' /proc/net/dev)" != 0 ]; then got a network interface; fi
            for environ in /proc/[0-9]*/environ; do
              for name in $(tr '\\0' '\\n' <"$environ" | cut -d= -f1); do
                case $name in
                  PATH | LC_ALL | TZ | HOME | TMPDIR | PWD | OLDPWD | SHLVL | _) ;;
                  *) got "the variable $name of $environ" ;;
                esac
              done
            done
            for process in /proc/[0-9]*; do
              if tr '\\0' ' ' <"$process/cmdline" | grep -q 'bmm-dril[l] KILL\\|jav[a] '; then got "sight of $process"; fi
            done
            if grep -q 'Cap\\(Inh\\|Prm\\|Eff\\|Amb\\):.*[1-9a-f]' /proc/self/status; then got capabilities; fi
            if [ -e /proc/self ] && ! grep -q '^NoNewPrivs:.*1$' /proc/self/status; then got new privileges; fi
            if [ "$(id -u)" = 0 ]; then got to be root; fi
            if su -c id </dev/null; then got another user; fi
            if mount -t tmpfs none /tmp; then got a mount; fi
            if unshare -Urm umount -l /; then got "below the root"; fi
            if unshare -Ur chroot . true; then echo a user namespace of its own; fi
            if ls ../../../../root 2>/dev/null; then got sight of the root; fi
            if chmod -R 777 "$(dirname "$secret")"; then got modes; fi
            if [ "$(ulimit -c)" != 0 ] || [ "$(ulimit -f)" = unlimited ] || [ "$(ulimit -u)" = unlimited ]; then got no limits; fi
            echo here >"$HOME/there" && [ "$(cat "$HOME/there")" = here ] && echo >"$TMPDIR/there" && echo >/dev/null && echo >/dev/shm/there &&
              id -un && echo FINE
            """;

    /** What the cleaner has to cope with. */
    private static final String TRAPS = """
            ln -s "$1" link
            ln -s "$1" tmp/link
            mkdir shut && touch shut/file && chmod 000 shut
            mkfifo fifo
            touch -- '-rf' '*' $'new\\nline'
            deep() { for i in $(seq 400); do mkdir dddddddddddddd && cd dddddddddddddd || return; done; touch bottom; }
            (deep)
            chmod 000 .
            """;

    private Path root;
    private Path directory;
    private Path home;

    @BeforeEach
    void aDirectory() throws IOException {
        root = Files.createTempDirectory("bmm-sb");
        // In sight of everybody, where there is no sandbox.
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        directory = Files.createDirectory(root.resolve("bmm-drill-1"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        home = Files.createDirectory(directory.resolve("server"));
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        if (Files.exists(home)) {
            assertThat(OthersFiles.removal(home).run().ok()).isTrue();
            Files.delete(home);
        }
        assertThat(Command.of("rm", "-rf", root.toString()).run().ok()).isTrue();
    }

    static List<Means> means() {
        return Sandbox.ALL_MEANS;
    }

    private Sandbox open(Means means) throws IOException {
        assumeTrue(means.missing().isEmpty(), () -> means.missing() + " not installed");
        return Sandbox.open(Keys.Sandboxing.REQUIRED, List.of(means), BASH, "bash", directory, home);
    }

    private Path log() {
        return directory.resolve("log");
    }

    private String run(Sandbox sandbox, String script, Object... arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of("-c", script, "bash"));
        Stream.of(arguments).map(String::valueOf).forEach(words::add);
        try (RunningCommand running = sandbox.start("bash", words, log(), PATIENCE)) {
            int exit = running.waitFor();
            return Files.readString(log()) + "exit " + exit;
        }
    }

    private static long sleepers(String marker) {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine())
                .flatMap(Optional::stream)
                .filter(line -> line.matches("(/usr/bin/)?sleep " + marker))
                .count();
    }

    private static void awaitSleepers(int number, String marker) throws InterruptedException {
        for (int i = 0; i < 500 && sleepers(marker) != number; i++) {
            Thread.sleep(20);
        }
        assertThat(sleepers(marker)).isEqualTo(number);
    }

    /** Things that attackers would like to have, which every user of this host can read. */
    private List<Object> targets(ServerSocket listening) throws IOException {
        Path backups = Files.createDirectory(root.resolve("backups"));
        Path secret = Files.writeString(backups.resolve("bmm.env"), "very secret\n");
        Path writable = Files.createDirectory(root.resolve("open"));
        Files.setPosixFilePermissions(writable, PosixFilePermissions.fromString("rwxrwxrwx"));
        return List.of(secret, writable, root.resolve("socket"), listening.getLocalPort());
    }

    @ParameterizedTest
    @MethodSource("means")
    void nothingOfTheMachineIsInReach(Means means) throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                ServerSocketChannel local = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            local.bind(UnixDomainSocketAddress.of(root.resolve("socket")));
            Sandbox sandbox = open(means);

            String said = run(sandbox, ATTACK, targets(listening).toArray());

            assertThat(said).doesNotContain("GOT ").contains("bmm-drill\nFINE\n");
            assertThat(sandbox.isolation().toString()).contains(means.title()).doesNotContain("hint");
            assertThat(root.resolve("open")).isEmptyDirectory();
            assertThat(home.resolve("there")).content().isEqualTo("here\n");
        }
    }

    /** The attack itself: without a sandbox it gets what it tries for, so the test above can fail. */
    @Test
    void withoutASandboxTheAttackSucceedsAndTheResultSaysSo() throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Sandbox sandbox = Sandbox.open(Keys.Sandboxing.OFF, BASH, "bash", directory, home);

            String said = run(sandbox, ATTACK, targets(listening).toArray());

            assertThat(said)
                    .contains("GOT the secret", "GOT a file into a directory", "GOT a connection", "FINE")
                    // Even so.
                    .doesNotContain("GOT the variable")
                    .doesNotContain("GOT capabilities")
                    .doesNotContain("GOT new privileges")
                    .doesNotContain("GOT to be root")
                    .doesNotContain("GOT no limits")
                    .doesNotContain("GOT another user");
            assertThat(sandbox.isolation().toString())
                    .contains("no sandbox (BMM_DRILL_SANDBOX=off)", "can read", "hint: ")
                    .doesNotContain("user postgres");
            if (SystemAccounts.isRoot()) {
                assertThat(said).doesNotContain("GOT to write the secret").doesNotContain("GOT modes");
            }
        }
    }

    /** As a user who is not root: README's first example runs bmm as postgres. */
    @ParameterizedTest
    @MethodSource("means")
    void nothingOfTheMachineIsInReachOfAnOrdinaryUser(Means means) throws Exception {
        assumeTrue(SystemAccounts.isRoot(), "needs root to become another user; as that user the tests above do this");
        int uid = Integer.parseInt(
                Command.of("id", "-u", "postgres").run().output().strip());
        int gid = Integer.parseInt(
                Command.of("id", "-g", "postgres").run().output().strip());
        List<String> becoming =
                List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups", "--", "env", "-i");
        boolean allowed = Command.of(Stream.concat(
                                becoming.stream(), Stream.of("PATH=/usr/bin", "unshare", "--map-root-user", "true"))
                        .toList())
                .run()
                .ok();
        assumeTrue(allowed && means.missing().isEmpty(), "this machine allows no user namespaces to other users");
        Path own = Files.createDirectory(directory.resolve("etc"));
        Path mountPoint = Files.createDirectory(directory.resolve("root"));
        Files.createDirectory(home.resolve(View.TEMPORARY_AT_HOME));
        DrillUser postgres = new DrillUser("postgres", uid, gid, DrillUser.Kind.CALLER);
        View view = View.of(ProgramFiles.of(BASH, "bash"), home, own, postgres);
        for (Path path : List.of(directory, home, home.resolve(View.TEMPORARY_AT_HOME), own, mountPoint)) {
            Files.setAttribute(path, "unix:uid", uid);
            Files.setAttribute(path, "unix:gid", gid);
        }
        try (ServerSocket listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            List<Object> targets = targets(listening);
            Files.setAttribute((Path) targets.getFirst(), "unix:uid", uid);
            List<String> words = new ArrayList<>(becoming);
            words.addAll(List.of("PATH=" + SystemProgram.SEARCH_PATH, "HOME=/cluster", "TMPDIR=/tmp"));
            words.addAll(means.words(new Means.Surroundings(view, postgres, mountPoint)));
            words.addAll(List.of("sh", "-c", "ulimit -c 0; ulimit -f 1000; ulimit -p 99; cd; exec \"$@\"", "sh"));
            words.addAll(List.of("bash", "-c", ATTACK, "bash"));
            targets.stream().map(String::valueOf).forEach(words::add);

            Command.Result result = Command.of(words).directory(Path.of("/")).run();

            assertThat(result.output())
                    .as(result.errors())
                    .doesNotContain("GOT ")
                    .endsWith("bmm-drill\nFINE\n");
        }
    }

    @ParameterizedTest
    @MethodSource("means")
    void whatItStartedEndsWithIt(Means means) throws Exception {
        Sandbox sandbox = open(means);
        String marker = "3600." + Integer.toUnsignedString(home.hashCode());
        String script = "setsid sh -c 'trap \"\" TERM HUP INT QUIT; sleep %s & sleep %s' & sleep %s"
                .formatted(marker, marker, marker);
        try (RunningCommand running = sandbox.start("bash", List.of("-c", script), log(), PATIENCE)) {
            awaitSleepers(3, marker);

            running.input().close();

            assertThat(running.waitFor()).isEqualTo(143);
            awaitSleepers(0, marker);
        }
    }

    /** However early that is, nothing of a sandbox that is being built stays. */
    @ParameterizedTest
    @MethodSource("means")
    void whatIsEndedAtOnceLeavesNothing(Means means) throws Exception {
        Sandbox sandbox = open(means);
        String marker = "3603." + Integer.toUnsignedString(home.hashCode());
        for (int pause = 0; pause < 40; pause += 2) {
            try (RunningCommand running =
                    sandbox.start("bash", List.of("-c", "sleep " + marker + "; true"), log(), PATIENCE)) {
                Thread.sleep(pause);
                running.input().close();
                running.waitFor();
            }
        }
        Thread.sleep(500);
        assertThat(sleepers(marker)).isZero();
    }

    /** bubblewrap leaves a process behind that waits forever, with all files that it was given, where it fails itself. */
    @Test
    void aSandboxThatBreaksLeavesNothing() throws Exception {
        Sandbox sandbox = Sandbox.open(Keys.Sandboxing.OFF, BASH, "bash", directory, home);
        String marker = "3604." + Integer.toUnsignedString(home.hashCode());

        assertThat(run(sandbox, "(trap '' TERM; sleep " + marker + ") & exit 3"))
                .endsWith("exit 3");

        awaitSleepers(0, marker);
    }

    /** Killed itself, as on a machine without memory, its supervisor takes everything with it; and so does what it started. */
    @ParameterizedTest
    @MethodSource("means")
    void aKilledSupervisorLeavesNothingRunning(Means means) throws Exception {
        Sandbox sandbox = open(means);
        String marker = "3601." + Integer.toUnsignedString(home.hashCode());
        try (RunningCommand running =
                sandbox.start("bash", List.of("-c", "sleep " + marker + " & sleep " + marker), log(), PATIENCE)) {
            awaitSleepers(2, marker);
            assertThat(ProcessHandle.of(running.pid()).orElseThrow().destroyForcibly())
                    .isTrue();
            assertThat(running.waitFor()).isEqualTo(137);
            awaitSleepers(0, marker);
        }
    }

    @ParameterizedTest
    @MethodSource("means")
    void toldToKeepItLivesOnUntilItIsEnded(Means means) throws Exception {
        Sandbox sandbox = open(means);
        String marker = "3602." + Integer.toUnsignedString(home.hashCode());
        RunningCommand running = sandbox.start("bash", List.of("-c", "sleep " + marker + "; true"), log(), PATIENCE);
        Sandbox.keep(running);
        running.input().close();
        awaitSleepers(1, marker);
        Thread.sleep(300);
        assertThat(sleepers(marker)).isEqualTo(1);

        ProcessHandle.of(running.pid()).orElseThrow().destroy();

        assertThat(running.waitFor()).isEqualTo(143);
        awaitSleepers(0, marker);
    }

    @ParameterizedTest
    @MethodSource("means")
    void theCleanerFollowsNothing(Means means) throws Exception {
        Path victim = Files.createDirectory(root.resolve("victim"));
        Files.writeString(victim.resolve("precious"), "");
        Sandbox sandbox = open(means);
        assertThat(run(sandbox, TRAPS, victim)).endsWith("exit 0");
        assertThat(Files.getPosixFilePermissions(home)).isEmpty();

        assertThat(OthersFiles.removal(home).run().ok()).isTrue();

        assertThat(home).isEmptyDirectory();
        assertThat(victim.resolve("precious")).exists();
        assertThat(Files.getPosixFilePermissions(victim)).isNotEmpty();
    }

    @Test
    void oneThatIsRequiredAndCannotBeHad() {
        assertThatThrownBy(() -> Sandbox.open(Keys.Sandboxing.REQUIRED, List.of(), BASH, "bash", directory, home))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.PREFLIGHT);
                    assertThat(failure.hint()).asString().contains("bubblewrap", "user namespaces");
                })
                .hasMessageContaining("no sandbox works here");
    }

    @Test
    void whyNoneWorksIsSaid() throws Exception {
        // It has no --version, and so fails as bash would where a container forbids namespaces.
        Files.writeString(
                Files.createDirectory(root.resolve("broken")).resolve("bash"),
                "#!/bin/sh\necho no such luck >&2; exit 1\n");
        Files.setPosixFilePermissions(root.resolve("broken/bash"), PosixFilePermissions.fromString("rwxr-xr-x"));

        Sandbox sandbox = Sandbox.open(Keys.Sandboxing.AUTO, root.resolve("broken"), "bash", directory, home);

        assertThat(sandbox.isolation().means()).contains("no sandbox", "no such luck");
    }
}
