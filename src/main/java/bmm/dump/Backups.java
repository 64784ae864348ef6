package bmm.dump;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.base.Shown;
import bmm.stream.Identities;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
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

    private final List<Place> places;
    private final Identities identities;

    private Backups(List<Place> places, Identities identities) {
        this.places = places;
        this.identities = identities;
    }

    /**
     * Opens the places to look at; nothing is listed yet.
     *
     * @param from {@link #LOCAL}, {@code NAME/prefix}, a store URL, or null for what {@code otherwise} says
     * @throws Failure {@link ExitCode#CONFIGURATION} if there is no such place, or the identity is none
     */
    public static Backups open(@Nullable String from, Preference otherwise, Instance instance, Settings settings) {
        Identities identities = AgeKeys.identities(settings);
        if (from != null) {
            return new Backups(
                    List.of(from.equals(LOCAL) ? Place.local(instance) : Place.store(from, instance, settings)),
                    identities);
        }
        List<Place> places = new ArrayList<>();
        List<String> remotes = settings.find(Keys.BACKUP_REMOTE).orElse(List.of());
        if (Files.isDirectory(instance.backupDirectory()) && (otherwise == Preference.ANYWHERE || remotes.isEmpty())) {
            places.add(Place.local(instance));
        }
        for (String address : remotes) {
            places.add(Place.store(address, instance, settings));
        }
        if (places.isEmpty()) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "no place to look for backups: the backup directory " + instance.backupDirectory()
                            + " does not exist, and no off-site store is set",
                    "give --from STORE or --dump FILE, or set BMM_BACKUP_DIR or BMM_BACKUP_REMOTE");
        }
        return new Backups(List.copyOf(places), identities);
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
                all.addAll(place.list(database));
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
                .filter(candidate -> moment.allows(candidate.when()))
                .toList());
        if (chosen.isEmpty()) {
            throw unreachable != null ? unreachable : none(wanted, moment, all, ofIt);
        }
        if (unreachable != null) {
            LOG.atWarn().log("a store cannot be read; a newer backup may be there: {}", unreachable.getMessage());
        }
        warnOfUnfinished(ofIt, chosen.get(), moment);
        return chosen.get().found(ofIt, identities);
    }

    /** The databases that the places hold anything of. */
    public SortedSet<String> databases() {
        return places.stream()
                .flatMap(place -> place.list(null).stream())
                .map(candidate -> candidate.name().database())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Of two copies of the same backup a whole one; of two whole ones the one at the place that was named first. */
    private Optional<Candidate> newest(List<Candidate> candidates) {
        return candidates.stream()
                .max(Comparator.comparing(Candidate::when)
                        .thenComparing(candidate -> candidate.backup().isComplete())
                        .thenComparing(candidate -> -places.indexOf(candidate.place())));
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
                .min(Comparator.comparing(Candidate::when));
        if (oldest.isPresent()) {
            String when = oldest.get().when().toString();
            return new Failure(
                    ExitCode.RESTORE,
                    "no backup of database " + database + " " + moment.inWords() + "; the oldest " + where() + " is of "
                            + when,
                    Hint.of("--at ").name(when).and(" takes that one"));
        }
        if (!ofIt.isEmpty()) {
            Candidate dump = ofIt.getLast();
            return new Failure(
                    ExitCode.VERIFICATION,
                    "no manifest beside "
                            + dump.backup().files().values().iterator().next().key() + " "
                            + dump.place().inWords() + ": this is not a backup",
                    "a run that was cut off leaves this; --dump FILE restores it, but without proof that it is whole");
        }
        TreeSet<String> others = all.stream()
                .map(candidate -> candidate.name().database())
                .collect(Collectors.toCollection(TreeSet::new));
        return new Failure(
                ExitCode.RESTORE,
                "there is no backup of database " + database + " " + where(),
                others.isEmpty()
                        ? hintForNone()
                        : Hint.of("there are backups of: ").names(others));
    }

    private static Hint hintForNone() {
        return Hint.of("check --from, --instance, BMM_BACKUP_DIR and BMM_BACKUP_REMOTE; --dump FILE takes any dump");
    }

    private static void warnOfUnfinished(List<Candidate> ofIt, Candidate chosen, Moment moment) {
        ofIt.stream()
                .filter(candidate -> !candidate.backup().hasManifest())
                .filter(candidate -> candidate.when().isAfter(chosen.when()))
                .filter(candidate -> moment.allows(candidate.when()))
                .forEach(candidate -> LOG.atWarn()
                        .addKeyValue("dump", candidate.name())
                        .log("passed over: it has no manifest, so the run that made it was cut off"));
    }

    private String where() {
        return places.stream().map(Place::inWords).collect(Collectors.joining(" or "));
    }

    @Override
    public void close() {
        places.forEach(place -> place.store().close());
    }
}
