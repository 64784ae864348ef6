package bmm.catalog;

import bmm.base.DurableFile;
import bmm.base.Failure;
import bmm.base.OwnFile;
import bmm.base.SafeText;
import bmm.catalog.BackupName.FileName;
import com.google.gson.FormattingStyle;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest backup of each database that this host put at each place, in {@code newest.json} beside the state: a store
 * that hides it, or loses it, is found out. What retention removed is not missed.
 */
public final class NewestBackups {
    private static final Logger LOG = LoggerFactory.getLogger(NewestBackups.class);
    private static final String FORMAT = "bmm-newest-1";
    private static final Gson GSON = new GsonBuilder()
            .setFormattingStyle(FormattingStyle.PRETTY)
            .disableHtmlEscaping()
            .create();

    /** What the file holds: a backup's name by place and database. */
    private record Content(
            @Nullable String format, @Nullable Map<String, Map<String, String>> places) {}

    private final Path file;

    public NewestBackups(Path stateDirectory) {
        this.file = stateDirectory.resolve("newest.json");
    }

    /** The newest that was put at a place, by the name of its store. */
    public Optional<BackupName> at(String place, String database) {
        return Optional.ofNullable(read().get(place))
                .flatMap(byDatabase -> Optional.ofNullable(byDatabase.get(database)))
                .flatMap(base -> BackupName.parse(base + BackupName.MANIFEST))
                .map(FileName::backup);
    }

    /** The databases that were put at a place. */
    public SortedSet<String> databases(String place) {
        return new TreeSet<>(read().getOrDefault(place, Map.of()).keySet());
    }

    /** Notes one that has arrived. Losing this note must never fail a backup, so trouble is only logged. */
    public void arrived(String place, BackupName backup) {
        Map<String, Map<String, String>> places = read();
        places.computeIfAbsent(place, unused -> new TreeMap<>()).put(backup.database(), backup.base());
        write(places);
    }

    /** Notes one that retention has removed. */
    public void removed(String place, BackupName backup) {
        if (at(place, backup.database()).filter(backup::equals).isPresent()) {
            Map<String, Map<String, String>> places = read();
            places.getOrDefault(place, Map.of()).remove(backup.database());
            write(places);
        }
    }

    private Map<String, Map<String, String>> read() {
        try {
            Content content = BoundedJson.read(OwnFile.read(file), GSON, Content.class);
            if (content == null || !FORMAT.equals(content.format()) || content.places() == null) {
                throw new IOException("not of this version (" + FORMAT + ")");
            }
            Map<String, Map<String, String>> places = new TreeMap<>();
            content.places().forEach((place, names) -> {
                if (names != null) {
                    places.put(place, new TreeMap<>(names));
                }
            });
            return places;
        } catch (NoSuchFileException e) {
            return new TreeMap<>();
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("file", file)
                    .log("which backups are the newest is not readable: {}", Failure.reason(e));
            return new TreeMap<>();
        }
    }

    private void write(Map<String, Map<String, String>> places) {
        try {
            DurableFile.createDirectories(DurableFile.directoryOf(file));
            DurableFile.write(
                    file,
                    (SafeText.json(GSON.toJson(new Content(FORMAT, places))) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("file", file)
                    .log("which backup is the newest is not written: {}", Failure.reason(e));
        }
    }
}
