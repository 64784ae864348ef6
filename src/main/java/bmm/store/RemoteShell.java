package bmm.store;

import bmm.base.DirectoryTree;
import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.process.Command;
import bmm.process.Inheritance;
import bmm.process.RunningCommand;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs {@link RemoteScripts} on another host. All of them share one connection of ssh, which ends with the store. */
final class RemoteShell implements AutoCloseable {
    /** Below sshd's MaxSessions of 10, over which it refuses. */
    private static final int AT_A_TIME = 6;

    /** Of a UNIX socket's path; ssh adds 17 characters while it makes the socket. */
    private static final int LONGEST_SOCKET = 85;

    private static final Duration CLEANING = Duration.ofSeconds(20);

    private static final int SSH_FAILED = 255;

    /** Bytes of the longest answer, which is in memory: a listing of a million files. */
    private static final int LONGEST_ANSWER = 128 << 20;

    private final RsyncAddress address;
    private final SshSettings settings;
    private final Semaphore slots = new Semaphore(AT_A_TIME);
    private boolean connected;
    private @Nullable Path control;

    RemoteShell(RsyncAddress address, SshSettings settings) {
        this.address = address;
        this.settings = settings;
    }

    /** Runs one thing at a time of the few that the server accepts side by side. */
    <T> T inTurn(Supplier<T> work) {
        slots.acquireUninterruptibly();
        try {
            return work.get();
        } finally {
            slots.release();
        }
    }

    /** The program that connects, with its options, without the host. */
    List<String> ssh() {
        connect();
        return settings.command(Optional.ofNullable(control));
    }

    /** The first connection alone, so that all others can share it; the root must be there. */
    private synchronized void connect() {
        if (connected) {
            return;
        }
        try {
            Path directory = control == null ? Files.createTempDirectory("bmm-ssh") : DurableFile.directoryOf(control);
            Path socket = directory.resolve("s");
            if (socket.toString().length() <= LONGEST_SOCKET) {
                control = socket;
            } else {
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.STORE,
                    address + ": a temporary directory cannot be made: " + Failure.reason(e),
                    "is the disk of the temporary directory full?",
                    e);
        }
        List<String> ssh = settings.command(Optional.ofNullable(control));
        try (RunningCommand running =
                start(command(ssh, RemoteScripts.CHECK, List.of()).silent())) {
            check("", running);
            connected = true;
        }
    }

    /** Starts a script; the root is its first argument already. */
    RunningCommand start(String script, List<String> arguments) {
        return start(command(ssh(), script, arguments));
    }

    /** The same with something to read. */
    RunningCommand startFed(String script, List<String> arguments) {
        return start(command(ssh(), script, arguments).fedUnlessFile());
    }

    /** Runs a script that cleans up, also while bmm is being stopped. */
    void cleanUp(String script, List<String> arguments) {
        Command command = command(ssh(), script, arguments).forCleaningUp().timeout(CLEANING);
        try (RunningCommand running = start(command)) {
            check("", running);
        }
    }

    private Command command(List<String> ssh, String script, List<String> arguments) {
        List<String> command = new ArrayList<>(ssh);
        command.add("--");
        command.add(host());
        StringBuilder remote = new StringBuilder("exec sh -c '").append(script).append("' bmm ");
        remote.append(quoted(address.root()));
        arguments.forEach(argument -> remote.append(' ').append(quoted(argument)));
        command.add(remote.toString());
        return Command.of(command).inheriting(Inheritance.SSH);
    }

    private RunningCommand start(Command program) {
        try {
            return program.start();
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.STORE,
                    address + ": ssh cannot be started: " + Failure.reason(e),
                    "install OpenSSH's client (openssh-client)",
                    e);
        }
    }

    /** ssh itself takes an IPv6 address without its brackets. */
    private String host() {
        return address.host().replace("[", "").replace("]", "");
    }

    /** Runs a script to its end and returns what it printed. */
    byte[] run(String key, String script, List<String> arguments) {
        return inTurn(() -> {
            try (RunningCommand running = start(script, arguments)) {
                byte[] output = running.output().readNBytes(LONGEST_ANSWER + 1);
                if (output.length > LONGEST_ANSWER) {
                    throw new Failure(
                            ExitCode.STORE,
                            address + ": the answer has more than " + LONGEST_ANSWER
                                    + " bytes: too many files, or no listing",
                            "find out who writes there, or name a directory of the backups' own");
                }
                check(key, running);
                return afterBegin(output);
            } catch (IOException e) {
                throw brokenOff(key, Failure.reason(e), e);
            }
        });
    }

    private static byte[] afterBegin(byte[] output) {
        byte[] mark = (RemoteScripts.BEGIN + "\n").getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i + mark.length <= output.length; i++) {
            if (Arrays.equals(output, i, i + mark.length, mark, 0, mark.length)) {
                return Arrays.copyOfRange(output, i + mark.length, output.length);
            }
        }
        return new byte[0];
    }

    /** Reads one line of ASCII; null at the end. */
    static @Nullable String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() > 10_000) {
                return null;
            }
            line.append((char) c);
        }
        return line.toString();
    }

    /** Throws what the exit status of a finished script means. */
    void check(String key, RunningCommand running) {
        int exit = exit(running);
        if (exit != 0) {
            throw failure(key, exit, running.lastError());
        }
    }

    static int exit(RunningCommand running) {
        try {
            return running.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return SSH_FAILED;
        }
    }

    Failure failure(String key, int exit, String error) {
        return switch (exit) {
            case RemoteScripts.NO_ROOT ->
                refusal(
                        "",
                        "the directory " + address.root() + " cannot be used on " + address.host() + said(error),
                        "is it mounted there? bmm never makes the root of a store; create it one time with mkdir -p");
            case RemoteScripts.MISSING -> new ObjectMissing(address.toString(), key);
            case RemoteScripts.TAKEN -> new ObjectExists(address.toString(), key);
            case RemoteScripts.LINK ->
                refusal(
                        key,
                        "is or lies behind a symbolic link, which is not followed",
                        "replace the link by what it leads to, or make that the root of a store");
            case RemoteScripts.DIRECTORY ->
                refusal(
                        key,
                        "other objects lie below this key, which a folder cannot hold beside it",
                        "use another key");
            case RemoteScripts.CUT ->
                refusal(
                        key,
                        "less or more has arrived than was announced",
                        "did the source change meanwhile? send it again");
            case RemoteScripts.NOT_A_DIRECTORY ->
                refusal(key, "not a directory: an object has the name that this key needs for one", "use another key");
            case RemoteScripts.NO_DIRECTORY ->
                new BrokenOff(
                        where(key) + "its directory cannot be made" + said(error),
                        "check owner and mode over there",
                        null);
            case RemoteScripts.DENIED ->
                refusal(key, "permission denied on a directory above it", "check owner and mode over there");
            case RemoteScripts.NO_LINKS ->
                refusal(
                        key,
                        "it cannot get its name" + said(error),
                        "the file system there must know hard links (ext4, xfs, btrfs, zfs do; FAT and exFAT do not)");
            case 126, 127 ->
                refusal(
                        key,
                        "a program is missing over there" + said(error),
                        "the host needs a POSIX shell and coreutils");
            case SSH_FAILED -> connection(key, error);
            default ->
                refusal(
                        key,
                        error.isEmpty() ? "the command over there ended with exit status " + exit : error,
                        Hint.of("check disk, owner and mode on ").name(address.host()));
        };
    }

    private Failure connection(String key, String error) {
        if (error.contains("Permission denied")) {
            return refusal(
                    key,
                    address.host() + " does not let this user in" + said(error),
                    Hint.of("ssh -o BatchMode=yes ")
                            .name(address.host())
                            .and(" true must work; name the key with BMM_STORE_<NAME>_SSH_KEY_FILE"));
        }
        if (error.contains("ost key verification failed") || error.contains("host key")) {
            return refusal(
                    key,
                    address.host() + " is not the host that is known, or not known" + said(error),
                    "compare its key with what the host itself shows, then add it to known_hosts (ssh-keyscan),"
                            + " or name a file with BMM_STORE_<NAME>_SSH_KNOWN_HOSTS_FILE");
        }
        return brokenOff(key, error.isEmpty() ? "ssh gave up" : error, null);
    }

    BrokenOff brokenOff(String key, String reason, @Nullable Throwable cause) {
        return new BrokenOff(
                where(key) + "the connection to " + address.host() + " failed: " + reason,
                Hint.of("check the host and the network to it: ssh ")
                        .name(address.host())
                        .and(" true"),
                cause);
    }

    Failure refusal(String key, String what, Hint hint) {
        return new Failure(ExitCode.STORE, where(key) + what, hint);
    }

    Failure refusal(String key, String what, @CompileTimeConstant final String hint) {
        return new Failure(ExitCode.STORE, where(key) + what, hint);
    }

    private String where(String key) {
        return address + ": " + (key.isEmpty() ? "" : KeyText.shown(key) + ": ");
    }

    private static String said(String error) {
        return error.isEmpty() ? "" : ": " + error;
    }

    /** An argument in ASCII and single quotes; {@code printf %b} turns it back. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("'");
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if ((b >= 'a' && b <= 'z')
                    || (b >= 'A' && b <= 'Z')
                    || (b >= '0' && b <= '9')
                    || "._/~+,@=:-".indexOf(b) >= 0) {
                quoted.append((char) b);
            } else {
                quoted.append(String.format("\\0%03o", b & 0xff));
            }
        }
        return quoted.append('\'').toString();
    }

    /** Ends the shared connection. */
    @Override
    public synchronized void close() {
        Path socket = control;
        if (socket == null) {
            return;
        }
        List<String> goodbye = new ArrayList<>(settings.command(Optional.of(socket)));
        goodbye.addAll(List.of("-O", "exit", "--", host()));
        try {
            if (Files.exists(socket)) {
                var unused = Command.of(goodbye)
                        .inheriting(Inheritance.SSH)
                        .forCleaningUp()
                        .run();
            }
            DirectoryTree.delete(DurableFile.directoryOf(socket));
        } catch (IOException e) {
            // It ends by itself, a minute after its last use.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        control = null;
        connected = false;
    }
}
