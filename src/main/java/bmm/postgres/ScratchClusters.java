package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.RunLock;
import bmm.process.Command;
import bmm.process.Inheritance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
            if (Files.exists(directory.resolve(ScratchDirectory.KEPT)) == kept && isFree(directory, now)) {
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
        try {
            Path container = directory.resolve(ScratchContainer.NAME);
            if (Files.exists(container)) {
                cleanUp(Command.of("docker", "rm", "--force", "--volumes", Files.readString(container))
                        .inheriting(Inheritance.DOCKER));
            }
            Path programs = directory.resolve(ScratchCluster.PROGRAMS);
            if (Files.exists(programs)) {
                Path data = directory.resolve(ScratchCluster.SERVER).resolve("data");
                cleanUp(SystemUser.forServer()
                        .command(ScratchCluster.words(
                                Path.of(Files.readString(programs)),
                                "pg_ctl",
                                "--pgdata=" + data,
                                "--mode=immediate",
                                "--wait",
                                "stop")));
            }
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("directory", directory).log("its server cannot be stopped: {}", Failure.reason(e));
        }
    }

    /** Removes a directory; what belongs to the server's user is removed by that user. */
    static void remove(Path directory) {
        try {
            Path home = directory.resolve(ScratchCluster.SERVER);
            if (Files.exists(home)) {
                cleanUp(SystemUser.forServer().command(List.of("find", home.toString(), "-mindepth", "1", "-delete")));
            }
            // The lock last: whoever finds the directory without it leaves it alone.
            for (String name : List.of(
                    ScratchCluster.SERVER,
                    ScratchCluster.PROGRAMS,
                    ScratchContainer.NAME,
                    ScratchDirectory.KEPT,
                    ScratchDirectory.LOCK)) {
                Files.deleteIfExists(directory.resolve(name));
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("directory", directory).log("not removed: {}", Failure.reason(e));
        }
    }

    private static void cleanUp(Command command) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            Command.Result result = command.forCleaningUp().timeout(PATIENCE).run();
            LOG.atTrace().log("{}: {}", command.program(), result);
        } catch (InterruptedException e) {
            interrupted = true;
            throw new IOException("interrupted", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
