package bmm.catalog;

import bmm.base.DurableFile;
import bmm.base.Failure;
import bmm.base.OwnFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The records of drills beside the state: {@code <state>/drills/<db>-<time of the drill>.drill.json}. */
public final class DrillRecords {
    private static final Logger LOG = LoggerFactory.getLogger(DrillRecords.class);

    /** A year of nights; older ones make room. */
    private static final int MOST = 400;

    private final Path directory;

    public DrillRecords(Path stateDirectory) {
        this.directory = stateDirectory.resolve("drills");
    }

    /** Writes one and returns its file; the oldest of the same database go when there are many. */
    public Path write(BackupName drilled, byte[] json) throws IOException {
        DurableFile.createDirectories(directory);
        Path file = directory.resolve(drilled.file(BackupName.DRILL));
        DurableFile.write(file, json);
        List<Path> all = files().stream()
                .filter(other -> nameOf(other)
                        .startsWith(drilled.base().substring(0, drilled.base().lastIndexOf('-') + 1)))
                .sorted(Comparator.comparing(DrillRecords::nameOf))
                .toList();
        for (Path old : all.subList(0, Math.max(0, all.size() - MOST))) {
            Files.deleteIfExists(old);
        }
        return file;
    }

    /** The names of the backups that a drill proved. What cannot be read proves nothing. */
    public Set<String> provenBackups() {
        Set<String> proven = new HashSet<>();
        for (Path file : files()) {
            try {
                DrillRecord record = DrillRecord.parse(OwnFile.read(file));
                if (record.proven() && record.backup() != null) {
                    proven.add(record.backup());
                }
            } catch (IOException e) {
                LOG.atWarn().addKeyValue("file", file).log("record of a drill not readable: {}", Failure.reason(e));
            }
        }
        return proven;
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> nameOf(file).endsWith(BackupName.DRILL)).toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("directory", directory)
                    .log("records of drills not readable: {}", Failure.reason(e));
            return List.of();
        }
    }

    private static String nameOf(Path file) {
        return String.valueOf(file.getFileName());
    }
}
