package bmm.postgres;

import bmm.base.DirectoryTree;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.OwnFile;
import bmm.base.RunLock;
import bmm.postgres.sandbox.OthersFiles;
import bmm.process.Command;
import bmm.process.Inheritance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scratch clusters below a directory that this user's runs have left: those that were killed, and those that were
 * kept. Only what this user made and what carries bmm's lock is ever touched.
 */
public final class ScratchClusters {
    private static final Logger LOG = LoggerFactory.getLogger(ScratchClusters.class);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int SECONDS_TO_END = 20;

    private ScratchClusters() {}

    /** Stops and removes what runs that were killed have left, and returns the directories. */
    public static List<Path> removeDead(Path parent, Instant now) {
        return remove(parent, false, now);
    }

    /** Stops and removes the kept ones, and returns their directories. */
    public static List<Path> removeKept(Path parent, Instant now) {
        return remove(parent, true, now);
    }

    private static List<Path> remove(Path parent, boolean kept, Instant now) {
        List<Path> removed = new ArrayList<>();
        for (Path directory : left(parent)) {
            if (Files.exists(directory.resolve(ScratchDirectory.KEPT), LinkOption.NOFOLLOW_LINKS) == kept
                    && isFree(directory, now)) {
                stop(directory);
                remove(directory);
                removed.add(directory);
            }
        }
        return removed;
    }

    private static List<Path> left(Path parent) {
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(child -> String.valueOf(child.getFileName()).startsWith(ScratchDirectory.PREFIX))
                    .filter(ScratchClusters::isOurs)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("directory", parent).log("not looked at: {}", Failure.reason(e));
            return List.of();
        }
    }

    /** In a directory such as /var/tmp anyone can make one that looks like bmm's. */
    private static boolean isOurs(Path directory) {
        try {
            Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            for (Path path : List.of(directory, directory.resolve(ScratchDirectory.LOCK))) {
                if (!self.equals(Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS))) {
                    return false;
                }
            }
            return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                    && Files.isRegularFile(directory.resolve(ScratchDirectory.LOCK), LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isFree(Path directory, Instant now) {
        try (RunLock lock = RunLock.acquire(directory.resolve(ScratchDirectory.LOCK), now)) {
            LOG.atDebug().addKeyValue("lock", lock).log("nobody uses {}", directory);
            return true;
        } catch (Failure e) {
            if (e.exitCode() != ExitCode.LOCKED) {
                LOG.atWarn().addKeyValue("directory", directory).log("left as it is: {}", e.getMessage());
            }
            return false;
        }
    }

    /** Ends the server of a directory at once, if it runs. Works while bmm is being stopped, too. */
    static void stop(Path directory) {
        uninterrupted(directory, "its server cannot be stopped", () -> {
            Path container = directory.resolve(ScratchContainer.NAME);
            if (Files.exists(container, LinkOption.NOFOLLOW_LINKS)) {
                cleanUp(Command.of("docker", "rm", "--force", "--volumes", read(container))
                        .inheriting(Inheritance.DOCKER));
            }
            Optional<ProcessHandle> supervisor = supervisor(directory);
            if (supervisor.isPresent()) {
                end(supervisor.get());
            }
        });
    }

    /** The process that the directory names, unless its number belongs to another one by now. */
    private static Optional<ProcessHandle> supervisor(Path directory) throws IOException {
        Path file = directory.resolve(ScratchDirectory.SUPERVISOR);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(read(file)))
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains(directory.toString()))
                        .isPresent());
    }

    private static String read(Path file) throws IOException {
        return new String(OwnFile.read(file), StandardCharsets.UTF_8).strip();
    }

    private static void end(ProcessHandle supervisor) throws InterruptedException {
        supervisor.destroy();
        try {
            supervisor.onExit().get(SECONDS_TO_END, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // The kernel ends what it has started with it.
            supervisor.destroyForcibly();
        }
    }

    /** Removes a directory. */
    static void remove(Path directory) {
        uninterrupted(directory, "not removed", () -> {
            Path home = directory.resolve(ScratchDirectory.HOME);
            if (Files.exists(home, LinkOption.NOFOLLOW_LINKS)) {
                cleanUp(OthersFiles.removal(home));
                Files.delete(home);
            }
            Path lock = directory.resolve(ScratchDirectory.LOCK);
            try (Stream<Path> children = Files.list(directory)) {
                for (Path child : children.filter(child -> !child.equals(lock)).toList()) {
                    DirectoryTree.delete(child);
                }
            }
            // The lock last: whoever finds the directory without it leaves it alone.
            Files.deleteIfExists(lock);
            Files.deleteIfExists(directory);
        });
    }

    private static void cleanUp(Command command) throws IOException, InterruptedException {
        Command.Result result = command.forCleaningUp().timeout(PATIENCE).run();
        LOG.atTrace().log("{}: {}", command.program(), result);
    }

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    /** An interrupt has done its work: it stopped the drill. It must not stop the cleaning up as well. */
    private static void uninterrupted(Path directory, String otherwise, Step step) {
        boolean interrupted = Thread.interrupted();
        try {
            step.run();
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("directory", directory).log("{}: {}", otherwise, Failure.reason(e));
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
