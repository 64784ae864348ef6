package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A real sshd of a test's own: own port, own host key, and one key that is let in. Its directory is also the home of who
 * logs in: what a developer's ~/.bashrc does, for each session anew, is neither tested nor waited for.
 */
public final class SshServer {
    private static final Path PROGRAM = Path.of("/usr/sbin/sshd");
    /** Where sshd, run by root, wants an empty directory; Debian makes it when the service starts. */
    private static final Path EMPTY = Path.of("/run/sshd");

    private final Process process;
    private final Path directory;
    private final int port;
    private final boolean madeEmpty;

    private SshServer(Process process, Path directory, int port, boolean madeEmpty) {
        this.process = process;
        this.directory = directory;
        this.port = port;
        this.madeEmpty = madeEmpty;
    }

    /** Skips the test where there is no sshd. */
    public static SshServer start(Path directory) throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(PROGRAM), "no openssh-server here");
        boolean root = System.getProperty("user.name").equals("root");
        boolean madeEmpty = root && !Files.exists(EMPTY);
        if (madeEmpty) {
            Files.createDirectory(EMPTY);
        }
        keygen(directory.resolve("host"));
        keygen(directory.resolve("key"));
        keygen(directory.resolve("stranger"));
        int port = MinioServer.freePort();
        Files.copy(directory.resolve("key.pub"), directory.resolve("authorized_keys"));
        String hostKey = Files.readString(directory.resolve("host.pub"), StandardCharsets.UTF_8);
        Files.writeString(directory.resolve("known_hosts"), "[127.0.0.1]:" + port + " " + hostKey);
        String otherKey = Files.readString(directory.resolve("stranger.pub"), StandardCharsets.UTF_8);
        Files.writeString(directory.resolve("wrong_hosts"), "[127.0.0.1]:" + port + " " + otherKey);
        Files.writeString(directory.resolve("sshd_config"), """
                Port %d
                ListenAddress 127.0.0.1
                HostKey %s
                AuthorizedKeysFile %s
                StrictModes no
                UsePAM no
                PidFile none
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                PermitRootLogin prohibit-password
                MaxStartups 100
                LogLevel ERROR
                SetEnv HOME=%s
                """.formatted(
                        port, directory.resolve("host"), directory.resolve("authorized_keys"), directory));
        Process process = new ProcessBuilder(
                        PROGRAM.toString(),
                        "-D",
                        "-e",
                        "-f",
                        directory.resolve("sshd_config").toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("sshd.log").toFile())
                .start();
        SshServer server = new SshServer(process, directory, port, madeEmpty);
        MinioServer.awaitPort(port);
        return server;
    }

    private static void keygen(Path file) throws Exception {
        Process process = new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor()).isZero();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    public int port() {
        return port;
    }

    /** The private key that is let in. */
    public Path key() {
        return directory.resolve("key");
    }

    public Path knownHosts() {
        return directory.resolve("known_hosts");
    }

    static String login() {
        return System.getProperty("user.name") + "@127.0.0.1";
    }

    public static String address(Path root) {
        return "rsync:" + login() + ":" + root;
    }

    SshSettings settings() {
        return settings("key", "known_hosts");
    }

    SshSettings settings(String keyFile, String hostsFile) {
        return new SshSettings(
                Optional.of(directory.resolve(keyFile)), Optional.of(directory.resolve(hostsFile)), Optional.of(port));
    }

    /** Breaks every connection that there is; new ones are possible. */
    void breakConnections() {
        List<ProcessHandle> sessions = process.descendants().toList();
        sessions.forEach(ProcessHandle::destroyForcibly);
    }

    /** Whether somebody is logged in. */
    boolean isBusy() {
        return process.children().findAny().isPresent();
    }

    public void close() throws InterruptedException, IOException {
        breakConnections();
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        if (madeEmpty) {
            Files.deleteIfExists(EMPTY);
        }
    }
}
