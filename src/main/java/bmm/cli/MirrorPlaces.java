package bmm.cli;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Keys;
import bmm.base.RunLock;
import bmm.base.Settings;
import bmm.base.Spelling;
import bmm.mirror.Conditions;
import bmm.store.S3Address;
import bmm.store.StoreAddress;
import bmm.store.Stores;
import bmm.stream.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A mirror as it is set or given: from where to where, under which conditions.
 *
 * @param name of the setting, in lower case, or its destination
 */
record MirrorPlaces(String name, String source, String destination, List<String> words) {
    /** Characters of the hash in the names of state files. */
    private static final int SHORT = 16;

    /** What the arguments name: all mirrors of the settings, one of them, or two stores. */
    static List<MirrorPlaces> named(List<String> arguments, Settings settings) {
        Map<String, String> known = settings.all(Keys.MIRROR);
        if (arguments.size() == 2) {
            return List.of(new MirrorPlaces(arguments.get(1), arguments.get(0), arguments.get(1), List.of())
                    .checked(settings));
        }
        if (arguments.size() == 1) {
            String name = arguments.getFirst().toUpperCase(Locale.ROOT);
            String value = known.get(name);
            if (value == null) {
                throw unknown(arguments.getFirst(), known);
            }
            return List.of(of(name, value).checked(settings));
        }
        if (known.isEmpty()) {
            throw new Failure(
                    ExitCode.USAGE,
                    "there is nothing to mirror",
                    "bmm mirror SRC DST, or set BMM_MIRROR_<NAME>=SRC DST");
        }
        return known.entrySet().stream()
                .map(entry -> of(entry.getKey(), entry.getValue()).checked(settings))
                .toList();
    }

    private static MirrorPlaces of(String name, String value) {
        List<String> words = List.of(value.strip().split("\\s+"));
        if (words.size() < 2) {
            throw new Failure(
                    ExitCode.CONFIGURATION, Keys.MIRROR.key(name) + " does not name two stores", "write SRC DST");
        }
        return new MirrorPlaces(
                name.toLowerCase(Locale.ROOT), words.get(0), words.get(1), words.subList(2, words.size()));
    }

    private static Failure unknown(String name, Map<String, String> known) {
        Hint hint = known.isEmpty()
                ? Hint.of("set BMM_MIRROR_<NAME>=SRC DST, or give both stores")
                : Hint.nearest(Spelling.nearest(name.toUpperCase(Locale.ROOT), known.keySet()))
                        .and("set are: ")
                        .names(known.keySet());
        return new Failure(ExitCode.USAGE, "no mirror is called " + name, hint);
    }

    /** Refuses a mirror into itself: it would grow with each run. */
    private MirrorPlaces checked(Settings settings) {
        StoreAddress from = Stores.resolve(source, settings);
        StoreAddress to = Stores.resolve(destination, settings);
        if (isWithin(from, to) || isWithin(to, from)) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "the source " + from + " and the destination " + to + " overlap",
                    "a mirror needs a place of its own");
        }
        return this;
    }

    private static boolean isWithin(StoreAddress outer, StoreAddress inner) {
        if (outer instanceof S3Address bucket && inner instanceof S3Address other) {
            // Through whichever library, and whatever region is given.
            return bucket.server().equals(other.server())
                    && bucket.bucket().equals(other.bucket())
                    && other.prefix().startsWith(bucket.prefix());
        }
        String folder = outer.toString();
        boolean root = folder.endsWith("/") || folder.endsWith(":");
        return (inner + "/").startsWith(root ? folder : folder + "/");
    }

    /**
     * The conditions of the setting and then those of the options.
     *
     * @throws Failure {@link ExitCode#CONFIGURATION} if one is malformed
     */
    Conditions conditions(List<String> options) {
        try {
            return Conditions.parse(
                    Stream.concat(words.stream(), options.stream()).toList());
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    options.isEmpty() ? ExitCode.CONFIGURATION : ExitCode.USAGE,
                    "mirror " + name + ": " + e.getMessage(),
                    "conditions are: " + Conditions.KNOWN,
                    e);
        }
    }

    /** Where it is kept what the last run saw, for this mirror under this filter. */
    Path state(Run run, List<String> options) {
        List<String> identity = new ArrayList<>(List.of(place(source, run), place(destination, run)));
        Stream.concat(words.stream(), options.stream())
                .filter(word -> word.startsWith("include=") || word.startsWith("exclude="))
                .sorted()
                .forEach(identity::add);
        return directory(run).resolve(hash(String.join("\n", identity)) + ".json");
    }

    /** Takes the lock on the destination: two mirrors into one place at a time would not know of each other. */
    RunLock lock(Run run) {
        return RunLock.acquire(
                directory(run).resolve(hash(place(destination, run)) + ".lock"),
                run.clock().instant());
    }

    private static Path directory(Run run) {
        return run.instance().stateDirectory().resolve("mirror");
    }

    /** A store by its URL, however it was named. */
    private static String place(String address, Run run) {
        int slash = address.indexOf('/');
        String name = slash < 0 ? address : address.substring(0, slash);
        return name.contains(":")
                ? address
                : run.settings().find(Keys.STORE, name).orElse(name)
                        + (slash < 0 ? "" : "#" + address.substring(slash));
    }

    private static String hash(String text) {
        return Sha256.of(text.getBytes(StandardCharsets.UTF_8)).substring(0, SHORT);
    }
}
