package bmm.dump;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.catalog.BackupName;
import bmm.catalog.Catalog;
import bmm.catalog.Catalog.StoredBackup;
import bmm.catalog.Manifest;
import bmm.store.FileStore;
import bmm.store.ObjectInfo;
import bmm.store.ObjectStore;
import bmm.store.Stores;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the backup to use, by listing what is there: on a machine that has lost everything there is no state to ask. Closing
 * it closes the stores, which a found backup is read from.
 */
public final class Backups implements AutoCloseable {
    /** The word for the backup directory of this machine. */
    public static final String LOCAL = "local";

    private static final Logger LOG = LoggerFactory.getLogger(Backups.class);

    /** Where to look when nobody says. */
    public enum Preference {
        /** The backup directory and every off-site store: the newest of all, and the one at hand if it is in both. */
        ANYWHERE,
        /** The off-site stores if there are any: the copies that must work when this machine is gone. */
        OFF_SITE
    }

    /**
     * Where backups may be.
     *
     * @param directory of this machine, or null where the bytes have to be fetched
     * @param instance the name that keys begin with, or empty
     */
    private record Place(ObjectStore store, @Nullable Path directory, String instance) {}

    /** A backup at a place. */
    private record Candidate(Place place, Catalog catalog, StoredBackup backup) {
        BackupName name() {
            return backup.name();
        }
    }

    private final List<Place> places;

    private Backups(List<Place> places) {
        this.places = places;
    }

    /**
     * A dump that was found, and what is known about it.
     *
     * @param database the database that was dumped, or null where nobody knows
     * @param name null for a dump that bmm did not name
     * @param place where it is, for people
     * @param globals null if there are none
     * @param manifest null for a dump that has none
     */
    public record Found(
            @Nullable String database,
            @Nullable BackupName name,
            String place,
            Origin dump,
            @Nullable Origin globals,
            @Nullable Manifest manifest) {
        /** The name of the file, or of the directory. */
        public String file() {
            return dump.file();
        }
    }

    /** Where the bytes of one file are. */
    public sealed interface Origin {
        String file();

        /** Its size; that of a directory is 0. */
        long bytes();
    }

    /** A file or directory of this machine. */
    public record OnDisk(Path path, long bytes) implements Origin {
        @Override
        public String file() {
            return String.valueOf(path.getFileName());
        }
    }

    /** An object that has to be fetched. */
    public record AtStore(ObjectStore store, String key, long bytes) implements Origin {
        @Override
        public String file() {
            return key.substring(key.lastIndexOf('/') + 1);
        }

        InputStream open() {
            return store.get(key);
        }
    }

    /**
     * Opens the places to look at; nothing is listed yet.
     *
     * @param from {@link #LOCAL}, {@code NAME/prefix}, a store URL, or null for what {@code otherwise} says
     * @throws Failure {@link ExitCode#CONFIGURATION} if there is no such place
     */
    public static Backups open(@Nullable String from, Preference otherwise, Instance instance, Settings settings) {
        if (from != null) {
            return new Backups(List.of(
                    from.equals(LOCAL)
                            ? local(instance)
                            : new Place(Stores.open(from, settings), null, instance.name())));
        }
        List<Place> places = new ArrayList<>();
        List<String> remotes = settings.find(Keys.BACKUP_REMOTE).orElse(List.of());
        if (Files.isDirectory(instance.backupDirectory()) && (otherwise == Preference.ANYWHERE || remotes.isEmpty())) {
            places.add(local(instance));
        }
        for (String address : remotes) {
            places.add(new Place(Stores.open(address, settings), null, instance.name()));
        }
        if (places.isEmpty()) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "no place to look for backups: the backup directory " + instance.backupDirectory()
                            + " does not exist, and no off-site store is set",
                    "give --from STORE or --dump FILE, or set BMM_BACKUP_DIR or BMM_BACKUP_REMOTE");
        }
        return new Backups(List.copyOf(places));
    }

    private static Place local(Instance instance) {
        Path directory = instance.backupDirectory();
        if (!Files.isDirectory(directory)) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "the backup directory " + directory + " does not exist",
                    "is its file system mounted, and BMM_BACKUP_DIR right? --from STORE looks elsewhere");
        }
        return new Place(FileStore.flat(directory), directory, "");
    }

    /**
     * Finds a backup of a database.
     *
     * @param database null if the places hold only one anyway
     * @throws Failure {@link ExitCode#RESTORE} if there is none, {@link ExitCode#VERIFICATION} if what is there lacks its
     *     dump or its manifest, or has a damaged one, {@link ExitCode#STORE} if a store that might have it cannot be read,
     *     {@link ExitCode#USAGE} if it must be said which database
     */
    public Found find(@Nullable String database, Moment moment) {
        List<Candidate> all = new ArrayList<>();
        Failure unreachable = null;
        for (Place place : places) {
            try {
                all.addAll(list(place, database));
            } catch (Failure e) {
                if (e.exitCode() != ExitCode.STORE) {
                    throw e;
                }
                unreachable = unreachable == null ? e : unreachable;
            }
        }
        String wanted = database == null ? onlyDatabase(all, unreachable) : database;
        List<Candidate> ofIt = all.stream()
                .filter(candidate -> candidate.name().database().equals(wanted))
                .toList();
        Optional<Candidate> chosen = newest(ofIt.stream()
                .filter(candidate -> candidate.backup().hasManifest())
                .filter(candidate -> moment.allows(candidate.name().when()))
                .toList());
        if (chosen.isEmpty()) {
            throw unreachable != null ? unreachable : none(wanted, moment, all, ofIt);
        }
        if (unreachable != null) {
            LOG.atWarn().log("a store cannot be read; a newer backup may be there: {}", unreachable.getMessage());
        }
        warnOfUnfinished(ofIt, chosen.get(), moment);
        return found(chosen.get(), ofIt);
    }

    /** The databases that the places hold anything of. */
    public SortedSet<String> databases() {
        return places.stream()
                .flatMap(place -> list(place, null).stream())
                .map(candidate -> candidate.name().database())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Of two copies of the same backup a whole one; of two whole ones the one at the place that was named first. */
    private Optional<Candidate> newest(List<Candidate> candidates) {
        return candidates.stream()
                .max(Comparator.comparing(
                                (Candidate candidate) -> candidate.name().when())
                        .thenComparing(candidate -> candidate.backup().isComplete())
                        .thenComparing(candidate -> -places.indexOf(candidate.place())));
    }

    private static List<Candidate> list(Place place, @Nullable String database) {
        String prefix = place.instance().isEmpty()
                ? ""
                : database == null
                        ? BackupName.remotePrefix(place.instance())
                        : BackupName.remotePrefix(place.instance(), database);
        Catalog catalog = Catalog.read(place.store(), prefix);
        if (catalog.all().isEmpty() && !prefix.isEmpty()) {
            Optional<String> elsewhere = elsewhere(place, database);
            if (elsewhere.isPresent()) {
                catalog = Catalog.read(place.store(), elsewhere.get());
            }
        }
        Catalog read = catalog;
        return read.all().stream()
                .map(backup -> new Candidate(place, read, backup))
                .toList();
    }

    /**
     * Where in a store backups are, if not where this instance puts them: in a copy of a backup directory, or under the
     * name of the instance that the lost machine had.
     */
    private static Optional<String> elsewhere(Place place, @Nullable String database) {
        TreeSet<String> roots = new TreeSet<>();
        for (Iterator<ObjectInfo> all = place.store().list(""); all.hasNext(); ) {
            String key = all.next().key();
            String directory = key.substring(0, key.lastIndexOf('/') + 1);
            BackupName.parse(key.substring(directory.length()))
                    .map(BackupName.FileName::backup)
                    .filter(name -> database == null || name.database().equals(database))
                    .ifPresent(name -> roots.add(root(directory, name)));
        }
        if (roots.size() > 1) {
            throw new Failure(
                    ExitCode.USAGE,
                    place.store().name() + ": nothing of instance " + place.instance() + ", but backups of "
                            + Shown.list(roots.stream()
                                    .map(root -> root.isEmpty() ? "no instance" : root.substring(0, root.length() - 1))
                                    .toList()),
                    "say which with --instance NAME, or name the directory in --from");
        }
        return roots.stream().findFirst();
    }

    private static String root(String directory, BackupName name) {
        String below = name.remoteDirectory("").substring("/".length());
        return directory.endsWith(below) ? directory.substring(0, directory.length() - below.length()) : directory;
    }

    private String onlyDatabase(List<Candidate> all, @Nullable Failure unreachable) {
        TreeSet<String> databases = all.stream()
                .map(candidate -> candidate.name().database())
                .collect(Collectors.toCollection(TreeSet::new));
        if (databases.isEmpty()) {
            throw unreachable != null
                    ? unreachable
                    : new Failure(ExitCode.RESTORE, "there is no backup " + where(), hintForNone());
        }
        if (databases.size() > 1) {
            throw new Failure(
                    ExitCode.USAGE,
                    "backups of " + databases.size() + " databases are " + where() + ": " + Shown.list(databases),
                    "say which with --database NAME");
        }
        return databases.first();
    }

    private Failure none(String database, Moment moment, List<Candidate> all, List<Candidate> ofIt) {
        Optional<Candidate> oldest = ofIt.stream()
                .filter(candidate -> candidate.backup().hasManifest())
                .min(Comparator.comparing(candidate -> candidate.name().when()));
        if (oldest.isPresent()) {
            String when = oldest.get().name().when().toString();
            return new Failure(
                    ExitCode.RESTORE,
                    "no backup of database " + database + " " + moment.inWords() + "; the oldest " + where() + " is of "
                            + when,
                    "--at " + when + " takes that one");
        }
        if (!ofIt.isEmpty()) {
            Candidate dump = ofIt.getLast();
            return new Failure(
                    ExitCode.VERIFICATION,
                    "no manifest beside "
                            + dump.backup().files().values().iterator().next().key() + " "
                            + where(dump) + ": this is not a backup",
                    "a run that was cut off leaves this; --dump FILE restores it, but without proof that it is whole");
        }
        TreeSet<String> others = all.stream()
                .map(candidate -> candidate.name().database())
                .collect(Collectors.toCollection(TreeSet::new));
        return new Failure(
                ExitCode.RESTORE,
                "there is no backup of database " + database + " " + where(),
                others.isEmpty() ? hintForNone() : "there are backups of: " + Shown.list(others));
    }

    private static String hintForNone() {
        return "check --from, --instance, BMM_BACKUP_DIR and BMM_BACKUP_REMOTE; --dump FILE takes any dump";
    }

    private static void warnOfUnfinished(List<Candidate> ofIt, Candidate chosen, Moment moment) {
        ofIt.stream()
                .filter(candidate -> !candidate.backup().hasManifest())
                .filter(candidate ->
                        candidate.name().when().isAfter(chosen.name().when()))
                .filter(candidate -> moment.allows(candidate.name().when()))
                .forEach(candidate -> LOG.atWarn()
                        .addKeyValue("dump", candidate.name())
                        .log("passed over: it has no manifest, so the run that made it was cut off"));
    }

    private static Found found(Candidate chosen, List<Candidate> ofIt) {
        String earlier = earlier(chosen, ofIt);
        Manifest manifest;
        try {
            manifest = chosen.catalog().manifest(chosen.backup());
        } catch (Failure e) {
            throw e.exitCode() == ExitCode.VERIFICATION
                    ? new Failure(
                            e.exitCode(),
                            String.valueOf(e.getMessage()),
                            earlier + "; --dump FILE restores this dump without its manifest",
                            e)
                    : e;
        }
        StoredBackup backup = chosen.backup();
        ObjectInfo dump = BackupName.parse(manifest.dump().file())
                .filter(file -> file.backup().equals(backup.name()))
                .map(file -> backup.files().get(file.ending()))
                .orElseThrow(() -> new Failure(
                        ExitCode.VERIFICATION,
                        backup.name() + ": the manifest is there, the dump "
                                + manifest.dump().file() + " is not (" + where(chosen) + ")",
                        earlier));
        Manifest.StoredFile globals = manifest.globals();
        return new Found(
                backup.name().database(),
                backup.name(),
                placeOf(chosen, dump.key()),
                origin(chosen.place(), dump.key(), dump.size()),
                globals == null ? null : origin(chosen.place(), backup.keyOf(globals.file()), globals.bytes()),
                manifest);
    }

    private static String earlier(Candidate chosen, List<Candidate> ofIt) {
        return ofIt.stream()
                .filter(candidate -> candidate.backup().isComplete())
                .filter(candidate ->
                        candidate.name().when().isBefore(chosen.name().when())
                                || (candidate.name().equals(chosen.name())
                                        && !candidate.place().equals(chosen.place())))
                .max(Comparator.comparing(candidate -> candidate.name().when()))
                .map(candidate -> candidate.name().equals(chosen.name())
                        ? "--from takes the copy " + where(candidate)
                        : "the one before it: --at " + candidate.name().when())
                .orElse("look for another copy of this backup: --from STORE");
    }

    private static Origin origin(Place place, String key, long bytes) {
        Path directory = place.directory();
        return directory == null ? new AtStore(place.store(), key, bytes) : new OnDisk(directory.resolve(key), bytes);
    }

    private static String placeOf(Candidate candidate, String key) {
        Path directory = candidate.place().directory();
        int slash = key.lastIndexOf('/');
        return directory != null
                ? directory.toString()
                : candidate.place().store().name() + (slash < 0 ? "" : "/" + key.substring(0, slash));
    }

    private static String where(Candidate candidate) {
        Path directory = candidate.place().directory();
        return directory != null
                ? "in " + directory
                : "at " + candidate.place().store().name();
    }

    private String where() {
        return places.stream()
                .map(place -> place.directory() != null
                        ? "in " + place.directory()
                        : "at " + place.store().name())
                .collect(Collectors.joining(" or "));
    }

    /**
     * A dump that the user names, whoever made it; with the manifest beside it where there is one.
     *
     * @throws Failure {@link ExitCode#USAGE} if it is not there, {@link ExitCode#VERIFICATION} if its manifest is damaged
     */
    public static Found file(Path file) {
        if (!Files.exists(file)) {
            throw new Failure(
                    ExitCode.USAGE, file + ": no such file", "name a dump file, or a directory that pg_dump -Fd made");
        }
        Path absolute = file.toAbsolutePath().normalize();
        String name = String.valueOf(absolute.getFileName());
        try {
            Manifest manifest = manifestBeside(absolute, name);
            Manifest.StoredFile globals = manifest == null ? null : manifest.globals();
            return new Found(
                    manifest == null ? null : manifest.database().name(),
                    BackupName.parse(name).map(BackupName.FileName::backup).orElse(null),
                    String.valueOf(absolute.getParent()),
                    new OnDisk(absolute, Files.isDirectory(absolute) ? 0 : Files.size(absolute)),
                    globals == null ? null : new OnDisk(absolute.resolveSibling(globals.file()), globals.bytes()),
                    manifest);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.VERIFICATION,
                    file + ": " + Failure.reason(e),
                    "a copy of the dump in a directory of its own is restored without its manifest",
                    e);
        }
    }

    /** A manifest counts if it is the one of this very file. */
    private static @Nullable Manifest manifestBeside(Path file, String name) throws IOException {
        Optional<Path> beside = BackupName.parse(name)
                .map(parsed -> file.resolveSibling(parsed.backup().file(BackupName.MANIFEST)))
                .filter(Files::exists);
        if (beside.isEmpty()) {
            return null;
        }
        Manifest manifest;
        try {
            manifest = Manifest.parse(Files.readAllBytes(beside.get()));
        } catch (IOException e) {
            throw new IOException(beside.get().getFileName() + ": " + Failure.reason(e), e);
        }
        return manifest.dump().file().equals(name) ? manifest : null;
    }

    @Override
    public void close() {
        places.forEach(place -> place.store().close());
    }
}
