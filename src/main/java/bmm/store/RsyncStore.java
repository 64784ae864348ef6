package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.process.RunningCommand;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects as files on another host, reached by ssh; the same files that a {@link FileStore} would make there. What is
 * sent arrives under a hidden name in the root and is then linked to its own, which fails if that is taken: of several
 * writers exactly one wins, and what was cut off is never visible.
 */
final class RsyncStore implements ObjectStore {
    private static final Logger LOG = LoggerFactory.getLogger(RsyncStore.class);

    private final RsyncAddress address;
    private final RemoteShell shell;
    private final RemoteUpload upload;
    private final Attempts attempts;

    RsyncStore(RsyncAddress address, SshSettings settings, Duration pause) {
        this.address = address;
        this.shell = new RemoteShell(address, settings);
        this.upload = new RemoteUpload(address, shell);
        this.attempts = new Attempts(4, pause, BrokenOff.class::isInstance);
    }

    @Override
    public String name() {
        return address.toString();
    }

    @Override
    public void put(String key, Body body) {
        RemotePath path = path(key);
        Source source = new Source(body);
        String temporary = FileNames.TEMPORARY + UUID.randomUUID();
        try {
            // The same name in every attempt: rsync goes on with what is there.
            attempts.run(() -> shell.inTurn(() -> {
                upload.send(key, path, temporary, body, source);
                return true;
            }));
            List<String> arguments = new ArrayList<>(List.of(temporary, String.valueOf(source.size())));
            arguments.addAll(path.arguments());
            // Never sent again from here on: the temporary name may be a second one of the object already.
            attempts.run(() -> shell.run(key, RemoteScripts.PUBLISH, arguments));
        } finally {
            sweep(temporary);
        }
    }

    private void sweep(String temporary) {
        try {
            shell.cleanUp(RemoteScripts.SWEEP, List.of(temporary));
        } catch (Failure e) {
            // What is left costs space, but is never visible as an object.
            LOG.atDebug().addKeyValue("file", temporary).log("not removed: {}", e.getMessage());
        }
    }

    @Override
    public InputStream get(String key) {
        return get(key, 0, Long.MAX_VALUE);
    }

    @Override
    public InputStream get(String key, long offset, long length) {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("offset and length cannot be negative");
        }
        List<String> arguments = new ArrayList<>(List.of(
                String.valueOf(Math.min(offset, Long.MAX_VALUE - 1) + 1),
                length > Long.MAX_VALUE / 2 ? "all" : String.valueOf(length)));
        arguments.addAll(path(key).arguments());
        RunningCommand running = shell.start(RemoteScripts.GET, arguments);
        try {
            InputStream output = running.output();
            String line = RemoteShell.line(output);
            while (line != null && !line.equals(RemoteScripts.BEGIN)) {
                line = RemoteShell.line(output);
            }
            line = line == null ? null : RemoteShell.line(output);
            if (line == null) {
                shell.check(key, running);
                throw shell.brokenOff(key, "the answer is empty", null);
            }
            long size = info(key, line).size();
            long expected = Math.min(length, Math.max(0, size - offset));
            return new ProgramStream(running, output, expected, (ended, missing) -> brokenOff(key, ended, missing));
        } catch (IOException e) {
            running.close();
            throw shell.brokenOff(key, Failure.reason(e), e);
        } catch (RuntimeException e) {
            running.close();
            throw e;
        }
    }

    private RuntimeException brokenOff(String key, RunningCommand running, long missing) {
        int exit = RemoteShell.exit(running);
        return exit == 0
                ? shell.brokenOff(key, "the answer ended " + missing + " bytes early", null)
                : shell.failure(key, exit, running.lastError());
    }

    @Override
    public Optional<ObjectInfo> head(String key) {
        try {
            byte[] answer = shell.run(key, RemoteScripts.HEAD, path(key).arguments());
            return Optional.of(info(key, new String(answer, StandardCharsets.US_ASCII).strip()));
        } catch (ObjectMissing e) {
            return Optional.empty();
        }
    }

    private ObjectInfo info(String key, String line) {
        String[] facts = line.split(" ", 3);
        try {
            return new ObjectInfo(key, Long.parseLong(facts[0]), Instant.ofEpochSecond(Long.parseLong(facts[1])));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new Failure(
                    ExitCode.STORE,
                    address + ": the answer is not understood: " + KeyText.shown(line),
                    "the host needs a stat as GNU, BusyBox or BSD have it",
                    e);
        }
    }

    @Override
    public Iterator<ObjectInfo> list(String prefix) {
        String below = address.prefix() + prefix;
        String top = below.substring(0, below.lastIndexOf('/') + 1);
        List<String> arguments = new ArrayList<>();
        if (top.isEmpty()) {
            arguments.add(".");
        } else {
            arguments.addAll(path("list", top.substring(0, top.length() - 1)).arguments());
        }
        byte[] answer = shell.run(prefix, RemoteScripts.LIST, arguments);
        return new RemoteListing(address.toString(), address.prefix(), below)
                .read(answer)
                .iterator();
    }

    @Override
    public void delete(String key) {
        var unused = shell.run(key, RemoteScripts.DELETE, path(key).argumentsFromTheBottom());
    }

    private RemotePath path(String key) {
        return path(key, address.prefix() + KeyText.checked(name(), key));
    }

    private RemotePath path(String key, String below) {
        try {
            return RemotePath.of(below);
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    ExitCode.STORE,
                    address + ": " + KeyText.shown(key) + ": " + e.getMessage(),
                    "a folder cannot hold this key; use another key, or an s3: store",
                    e);
        }
    }

    @Override
    public List<Leftover> leftovers() {
        byte[] answer = shell.run("", RemoteScripts.LEFTOVERS, List.of());
        return new String(answer, StandardCharsets.US_ASCII)
                .lines()
                .map(line -> line.split(" ", 3))
                .filter(facts -> facts.length == 3)
                .map(facts -> new Leftover(
                        facts[2], facts[2], Long.parseLong(facts[0]), Instant.ofEpochSecond(Long.parseLong(facts[1]))))
                .toList();
    }

    @Override
    public void removeLeftover(Leftover leftover) {
        if (!leftover.id().startsWith(FileNames.TEMPORARY) || leftover.id().contains("/")) {
            throw new IllegalArgumentException("not of this store: " + leftover.id());
        }
        var unused = shell.run(leftover.key(), RemoteScripts.SWEEP, List.of(leftover.id()));
    }

    @Override
    public void close() {
        shell.close();
    }
}
