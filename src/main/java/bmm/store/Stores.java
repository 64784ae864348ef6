package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Keys;
import bmm.base.Secret;
import bmm.base.Settings;
import bmm.base.Spelling;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Opens stores by what people write for them: {@code NAME}, {@code NAME/prefix} or a store URL. */
public final class Stores {
    /** An address, and the name whose keys belong to it. */
    private record Place(StoreAddress address, Optional<String> name) {}

    private Stores() {}

    /**
     * Opens the store, rooted at the prefix. Nothing is sent to it yet.
     *
     * @throws Failure {@link ExitCode#CONFIGURATION} for an address that is malformed, of a kind that this build does
     *     not know, or names a store that is not configured
     */
    public static ObjectStore open(String address, Settings settings) {
        ObjectStore store = open(place(address, settings), settings);
        return settings.find(Keys.BANDWIDTH)
                .map(limit -> new Throttle(limit).limited(store))
                .orElse(store);
    }

    private static ObjectStore open(Place place, Settings settings) {
        Duration pause = Duration.ofMillis(settings.get(Keys.RETRY_MILLIS));
        return switch (place.address()) {
            case FolderAddress folder -> new FileStore(folder.root(), folder.prefix());
            case S3Address bucket ->
                S3Store.open(
                        bucket,
                        place.name().flatMap(name -> credentials(name, settings)),
                        place.name().flatMap(name -> path(Keys.STORE_CA_FILE, name, settings)),
                        S3Tuning.DEFAULT.withPause(pause));
            case RsyncAddress rsync -> retrying(new RsyncStore(rsync, ssh(place, settings), pause), pause);
            case RcloneAddress rclone ->
                retrying(
                        new RcloneStore(
                                rclone,
                                new Rclone.Access(
                                        settings.find(Keys.RCLONE_CONFIG),
                                        settings.find(Keys.RCLONE_ENV).orElse(List.of())),
                                pause),
                        pause);
        };
    }

    private static ObjectStore retrying(ObjectStore store, Duration pause) {
        return new RetryingStore(store, 4, pause);
    }

    private static SshSettings ssh(Place place, Settings settings) {
        return place.name()
                .map(name -> new SshSettings(
                        path(Keys.STORE_SSH_KEY_FILE, name, settings),
                        path(Keys.STORE_SSH_KNOWN_HOSTS_FILE, name, settings),
                        settings.find(Keys.STORE_SSH_PORT, name).map(text -> port(name, text))))
                .orElse(SshSettings.NONE);
    }

    private static int port(String name, String text) {
        if (!text.strip().matches("[0-9]{1,5}")) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    Keys.STORE_SSH_PORT.key(name) + " is not a port",
                    Hint.of(Keys.STORE_SSH_PORT));
        }
        return Integer.parseInt(text.strip());
    }

    /**
     * Where an address leads, without opening it.
     *
     * @throws Failure as {@link #open} does
     */
    public static StoreAddress resolve(String address, Settings settings) {
        return place(address, settings).address();
    }

    /** The bucket behind an address, if it is one, for questions that {@link ObjectStore} has no words for. */
    static Optional<BucketAccess> bucket(String address, Settings settings) {
        Place place = place(address, settings);
        return place.address() instanceof S3Address bucket
                ? Optional.of(BucketAccess.of(
                        bucket,
                        place.name().flatMap(name -> credentials(name, settings)),
                        place.name().flatMap(name -> path(Keys.STORE_CA_FILE, name, settings))))
                : Optional.empty();
    }

    /** The name of the configured store that an address begins with, if it does. */
    public static Optional<String> name(String address, Settings settings) {
        return place(address, settings).name();
    }

    private static Place place(String address, Settings settings) {
        String text = address.strip();
        if (text.isEmpty() || text.startsWith(".")) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "a store address " + (text.isEmpty() ? "is empty" : "is no relative path: " + KeyText.shown(text)),
                    "use NAME/prefix of a configured store, /path, or " + StoreAddress.SUPPORTED);
        }
        if (text.startsWith("/")) {
            return new Place(FolderAddress.parse(text), Optional.empty());
        }
        int colon = text.indexOf(':');
        int slash = text.indexOf('/');
        if (colon >= 0 && (slash < 0 || colon < slash)) {
            return new Place(StoreAddress.parse(text), Optional.empty());
        }
        String name = (slash < 0 ? text : text.substring(0, slash)).toUpperCase(Locale.ROOT);
        Map<String, String> known = settings.all(Keys.STORE);
        String url = known.get(name);
        if (url == null) {
            throw unknown(name, known);
        }
        try {
            StoreAddress root = StoreAddress.parse(url);
            return new Place(slash < 0 ? root : root.below(text.substring(slash + 1)), Optional.of(name));
        } catch (Failure e) {
            throw new Failure(e.exitCode(), Keys.STORE.key(name) + ": " + e.getMessage(), e.hint(), e);
        }
    }

    private static Failure unknown(String name, Map<String, String> known) {
        Hint hint = known.isEmpty()
                ? Hint.of("set ").name(Keys.STORE.key(name)).and("=URL, or give a store URL")
                : Hint.nearest(Spelling.nearest(name, known.keySet()))
                        .and("configured are: ")
                        .names(known.keySet());
        return new Failure(ExitCode.CONFIGURATION, "no store is called " + KeyText.shown(name), hint);
    }

    private static Optional<Path> path(Keys.Family family, String name, Settings settings) {
        return settings.find(family, name).map(text -> {
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                throw new Failure(
                        ExitCode.CONFIGURATION,
                        family.key(name) + " is not a path: " + e.getReason(),
                        Hint.of(family),
                        e);
            }
        });
    }

    private static Optional<S3Credentials> credentials(String name, Settings settings) {
        Optional<String> access = settings.find(Keys.STORE_ACCESS_KEY, name);
        Optional<String> secret = settings.find(Keys.STORE_SECRET_KEY, name);
        if (access.isPresent() != secret.isPresent()) {
            Keys.Family missing = access.isPresent() ? Keys.STORE_SECRET_KEY : Keys.STORE_ACCESS_KEY;
            Keys.Family given = access.isPresent() ? Keys.STORE_ACCESS_KEY : Keys.STORE_SECRET_KEY;
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    given.key(name) + " is set but " + missing.key(name) + " is not",
                    "set both, or neither to use the AWS environment variables or profile");
        }
        return access.map(key -> new S3Credentials(new Secret(key), new Secret(secret.orElseThrow())));
    }
}
