package bmm.dump;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.base.Shown;
import bmm.catalog.BackupName;
import bmm.catalog.NewestBackups;
import bmm.stream.Identities;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
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

    /** A clock may be wrong by so much; what is dated later than that comes from none that anybody should believe. */
    private static final Duration CLOCK_SLACK = Duration.ofMinutes(15);

    /** So many that are not believed are passed over; each takes a request to a store. */
    private static final int MOST_REFUSED = 500;

    private final List<Place> places;
    private final Identities identities;
    private final Trust trust;
    private final NewestBackups known;
    private final Instant now;

    private Backups(List<Place> places, Settings settings, Instance instance, Trust trust, Instant now) {
        this.places = places;
        this.identities = AgeKeys.identities(settings);
        this.trust = trust;
        this.known = new NewestBackups(instance.stateDirectory());
        this.now = now;
    }

    /**
     * Opens the places to look at; nothing is listed yet.
     *
     * @param from {@link #LOCAL}, {@code NAME/prefix}, a store URL, or null for what {@code otherwise} says
     * @param trust which of the backups there are believed
     * @throws Failure {@link ExitCode#CONFIGURATION} if there is no such place, or the identity is none
     */
    public static Backups open(
            @Nullable String from,
            Preference otherwise,
            Instance instance,
            Settings settings,
            Trust trust,
            Instant now) {
        if (from != null) {
            return new Backups(
                    List.of(from.equals(LOCAL) ? Place.local(instance) : Place.store(from, instance, settings)),
                    settings,
                    instance,
                    trust,
                    now);
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
        return new Backups(List.copyOf(places), settings, instance, trust, now);
    }

    /**
     * Finds a backup of a database: the newest that is believed. What is newer and not believed is passed over, with a
     * warning, and is an alarm of the backup that is found; so is a place that lacks the newest one that this host put there.
     *
     * @param database null if the places hold only one anyway
     * @throws Refused if there are some, and none is believed
     * @throws Failure {@link ExitCode#RESTORE} if there is none, {@link ExitCode#VERIFICATION} if what is there lacks its
     *     dump or its manifest, or has a damaged one, {@link ExitCode#STORE} if a store that might have it cannot be read,
     *     {@link ExitCode#USAGE} if it must be said which database
     */
    public Found find(@Nullable String database, Moment moment) {
        List<Candidate> all = new ArrayList<>();
        List<Place> listed = new ArrayList<>();
        Failure unreachable = null;
        for (Place place : places) {
            try {
                all.addAll(place.list(database));
                listed.add(place);
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
        List<Candidate> newestFirst = newestFirst(ofIt, moment);
        if (newestFirst.isEmpty()) {
            throw unreachable != null ? unreachable : none(wanted, moment, all, ofIt);
        }
        List<String> alarms = new ArrayList<>();
        Found found = firstBelieved(newestFirst, ofIt, moment, alarms);
        if (unreachable != null) {
            LOG.atWarn().log("a store cannot be read; a newer backup may be there: {}", unreachable.getMessage());
        }
        warnOfUnfinished(ofIt, found, moment);
        if (moment.equals(Moment.NEWEST)) {
            listed.forEach(place -> missingAt(place, wanted, ofIt).ifPresent(alarms::add));
        }
        alarms.forEach(alarm -> LOG.atWarn().log("{}", alarm));
        return found.with(age(found, moment), alarms);
    }

    private Found firstBelieved(List<Candidate> newestFirst, List<Candidate> ofIt, Moment moment, List<String> alarms) {
        Refused first = null;
        for (Candidate candidate : newestFirst.subList(0, Math.min(MOST_REFUSED, newestFirst.size()))) {
            try {
                if (moment.equals(Moment.NEWEST)) {
                    refuseFuture(candidate);
                }
                return candidate.found(ofIt, identities, trust);
            } catch (Refused e) {
                first = first == null ? e : first;
                alarms.add("passed over: " + candidate.name() + " "
                        + candidate.place().inWords() + ": " + e.reason());
            }
        }
        throw Objects.requireNonNull(first, "there is one");
    }

    private void refuseFuture(Candidate candidate) {
        if (candidate.when().isAfter(now.plus(CLOCK_SLACK))) {
            throw new Refused(
                    candidate.name() + " " + candidate.place().inWords(),
                    new Trust.Refusal(
                            "it is dated in the future",
                            Hint.of("is the clock of this host right? ")
                                    .option("--at", candidate.when().toString())
                                    .and(" takes it")));
        }
    }

    /** The newest one that this host put at a place, and nothing there is as new. */
    private Optional<String> missingAt(Place place, String database, List<Candidate> ofIt) {
        Optional<BackupName> newest = known.at(place.store().name(), database);
        List<Candidate> there = ofIt.stream()
                .filter(candidate -> candidate.place().equals(place))
                .toList();
        return newest.filter(name -> there.stream()
                        .filter(candidate -> candidate.backup().isComplete())
                        .noneMatch(candidate -> candidate.name().equals(name)))
                .map(name -> "the newest backup that this host put " + place.inWords() + " is gone: " + name);
    }

    /** How old it is, where nobody here knows whether there should be a newer one; else null. */
    private @Nullable String age(Found found, Moment moment) {
        BackupName name = found.name();
        if (name == null
                || !moment.equals(Moment.NEWEST)
                || places.stream()
                        .anyMatch(place ->
                                known.at(place.store().name(), name.database()).isPresent())) {
            return null;
        }
        Duration age = Duration.between(name.when(), now);
        return "newest backup is of " + name.when() + (age.isNegative() ? "" : ", " + Amounts.age(age) + " ago");
    }

    /** The databases that the places hold anything of, or should. */
    public SortedSet<String> databases() {
        SortedSet<String> databases = places.stream()
                .flatMap(place -> place.list(null).stream())
                .map(candidate -> candidate.name().database())
                .collect(Collectors.toCollection(TreeSet::new));
        places.forEach(place -> databases.addAll(known.databases(place.store().name())));
        return databases;
    }

    /** Of two copies of the same backup a whole one first; of two whole ones the one at the place that was named first. */
    private List<Candidate> newestFirst(List<Candidate> candidates, Moment moment) {
        return candidates.stream()
                .filter(candidate -> candidate.backup().hasManifest())
                .filter(candidate -> moment.allows(candidate.when()))
                .sorted(Comparator.comparing(Candidate::when)
                        .thenComparing(candidate -> candidate.backup().isComplete())
                        .thenComparing(candidate -> -places.indexOf(candidate.place()))
                        .reversed())
                .toList();
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

    private static void warnOfUnfinished(List<Candidate> ofIt, Found chosen, Moment moment) {
        BackupName name = chosen.name();
        ofIt.stream()
                .filter(candidate -> !candidate.backup().hasManifest())
                .filter(candidate -> name == null || candidate.when().isAfter(name.when()))
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
