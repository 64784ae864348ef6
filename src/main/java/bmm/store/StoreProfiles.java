package bmm.store;

import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.OwnFile;
import bmm.base.SafeText;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The profiles of an instance's stores: one small JSON file for each, in {@code stores} below the state directory. */
public final class StoreProfiles {
    private static final Logger LOG = LoggerFactory.getLogger(StoreProfiles.class);
    private static final String ENDING = ".profile.json";
    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

    private final Path directory;

    public StoreProfiles(Path stateDirectory) {
        this.directory = stateDirectory.resolve("stores");
    }

    /**
     * Keeps a profile in place of the store's last one.
     *
     * @return its file
     * @throws Failure {@link ExitCode#CONFIGURATION} if the state directory cannot be written to
     */
    public Path save(StoreProfile profile) {
        JsonObject json = new JsonObject();
        json.addProperty("store", profile.store());
        json.addProperty(
                "probed", profile.probed().truncatedTo(ChronoUnit.SECONDS).toString());
        JsonObject capabilities = new JsonObject();
        new EnumMap<>(profile.capabilities())
                .forEach((capability, verdict) -> capabilities.addProperty(capability.words(), lower(verdict)));
        json.add("capabilities", capabilities);
        Path file = directory.resolve(fileName(profile.store()));
        try {
            DurableFile.createDirectories(directory);
            DurableFile.write(file, (SafeText.json(GSON.toJson(json)) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "the profile of " + profile.store() + " cannot be kept in " + directory + ": " + Failure.reason(e),
                    "chown the state directory to the user that runs bmm, or set BMM_STATE_DIR",
                    e);
        }
        return file;
    }

    /** The profile of a store, or of the one that it is a part of. One that cannot be read counts as none. */
    public Optional<StoreProfile> of(String store) {
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(ENDING))
                    .sorted()
                    .map(StoreProfiles::read)
                    .flatMap(Optional::stream)
                    .filter(profile -> profile.covers(store))
                    .max(Comparator.comparingInt(profile -> profile.store().length()));
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("directory", directory).log("not readable: {}", Failure.reason(e));
            return Optional.empty();
        }
    }

    private static Optional<StoreProfile> read(Path file) {
        try {
            JsonObject json = GSON.fromJson(new String(OwnFile.read(file), StandardCharsets.UTF_8), JsonObject.class);
            Map<Capability, Verdict> capabilities = new EnumMap<>(Capability.class);
            JsonObject told = json.getAsJsonObject("capabilities");
            for (Capability capability : Capability.values()) {
                JsonElement verdict = told.get(capability.words());
                if (verdict != null) {
                    capabilities.put(
                            capability, Verdict.valueOf(verdict.getAsString().toUpperCase(Locale.ROOT)));
                }
            }
            return Optional.of(new StoreProfile(
                    json.get("store").getAsString(),
                    Instant.parse(json.get("probed").getAsString()),
                    capabilities));
        } catch (IOException
                | JsonParseException
                | DateTimeException
                | IllegalArgumentException
                | IllegalStateException
                | NullPointerException
                | ClassCastException e) {
            LOG.atWarn().addKeyValue("file", file).log("not a store's profile, run bmm doctor on the store again");
            return Optional.empty();
        }
    }

    private static String lower(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }

    /** Readable, and different for different stores. */
    private static String fileName(String store) {
        String readable = store.replaceAll("[^A-Za-z0-9._-]+", "-");
        String start = readable.substring(0, Math.min(readable.length(), 100));
        return start + "-" + Integer.toHexString(List.of(store).hashCode()) + ENDING;
    }
}
