package bmm.store;

import bmm.base.Failure;
import bmm.process.Command;
import bmm.process.Inheritance;
import bmm.process.RunningCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Brings bytes under a temporary name to the host of an rsync: store: a file with rsync, which takes up a transfer that
 * broke where it broke; anything else, and everything where a side has no rsync, through {@code cat}.
 */
final class RemoteUpload {
    private static final Pattern LASTING =
            Pattern.compile("No space left|Disk quota|Permission denied|Read-only file system|No such file");

    private static final Pattern NO_RSYNC = Pattern.compile("(?i)rsync: (command )?not found|not found.*rsync");

    private final RsyncAddress address;
    private final RemoteShell shell;
    private volatile boolean withoutRsync;

    RemoteUpload(RsyncAddress address, RemoteShell shell) {
        this.address = address;
        this.shell = shell;
    }

    void send(String key, RemotePath path, String temporary, Body body, Source source) {
        Optional<Path> file = withoutRsync ? Optional.empty() : body.file();
        // The JVM hands arguments on in the locale's encoding; what cat gets is ASCII.
        if (file.isEmpty() || !FileNames.isSpeakable(address.root() + file.get())) {
            stream(key, path, temporary, source);
            return;
        }
        var unused = shell.run(key, RemoteScripts.CHECK_FREE, path.arguments());
        copy(key, path, temporary, file.get(), source);
    }

    private void copy(String key, RemotePath path, String temporary, Path file, Source source) {
        String target = address.host() + ":" + (address.root().equals("/") ? "" : address.root()) + "/" + temporary;
        Command rsync = Command.of(
                "rsync",
                "--inplace",
                "--perms",
                "--chmod=F600",
                "--timeout=120",
                "--protect-args",
                "--rsh=" + asOneWord(shell.ssh()),
                "--",
                file.toAbsolutePath().toString(),
                target);
        try (RunningCommand running = rsync.inheriting(Inheritance.SSH).silent().start()) {
            int exit = RemoteShell.exit(running);
            if (exit == 0) {
                return;
            }
            String said = running.errors();
            if (!NO_RSYNC.matcher(said).find()) {
                throw failure(key, exit, said);
            }
        } catch (IOException e) {
            // There is none here.
        }
        withoutRsync = true;
        stream(key, path, temporary, source);
    }

    private Failure failure(String key, int exit, String said) {
        String line = said.lines()
                .filter(one -> one.startsWith("rsync: "))
                .findFirst()
                .orElseGet(() -> said.lines().findFirst().orElse("rsync ended with exit status " + exit));
        return LASTING.matcher(line).find()
                ? shell.refusal(key, line, "check disk, owner and mode on both sides")
                : shell.brokenOff(key, line, null);
    }

    /** As rsync takes its remote shell apart: blanks separate, quotes hold together, a doubled one is itself. */
    private static String asOneWord(List<String> command) {
        return command.stream().map(word -> "'" + word.replace("'", "''") + "'").collect(Collectors.joining(" "));
    }

    private void stream(String key, RemotePath path, String temporary, Source source) {
        List<String> arguments = new ArrayList<>(List.of(temporary));
        arguments.addAll(path.arguments());
        try (RunningCommand running = shell.startFed(RemoteScripts.RECEIVE, arguments)) {
            boolean whole = false;
            try (OutputStream out = running.input();
                    InputStream in = source.open()) {
                in.transferTo(out);
                whole = true;
            } catch (IOException | RuntimeException e) {
                // It ends now that its input has. Swept away before it has begun, it would make its file after that.
                var unused = RemoteShell.exit(running);
                source.check(address.toString(), key);
                // Otherwise the other side has ended, and its exit status says why.
            }
            shell.check(key, running);
            if (!whole) {
                throw shell.brokenOff(key, "it stopped taking what was sent", null);
            }
        }
    }
}
