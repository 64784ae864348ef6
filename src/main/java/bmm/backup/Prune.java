package bmm.backup;

import bmm.backup.BackupReport.Pruned;
import bmm.base.Failure;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.Setting;
import bmm.base.Settings;
import bmm.catalog.BackupName;
import bmm.catalog.Catalog;
import bmm.catalog.Catalog.StoredBackup;
import bmm.catalog.DrillRecords;
import bmm.catalog.GenuineOnly;
import bmm.catalog.GenuineOnly.Rules;
import bmm.catalog.NewestBackups;
import bmm.catalog.Retention;
import bmm.catalog.Retention.Candidate;
import bmm.catalog.Retention.Policy;
import bmm.dump.Trust;
import bmm.store.ObjectStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes the backups that no rule keeps, here and off-site, and says why each stays or goes. */
public final class Prune {
    private static final Logger LOG = LoggerFactory.getLogger(Prune.class);

    private final Settings settings;
    private final String instance;
    private final NewestBackups newest;
    private final Trust trust;
    private final Set<String> proven;
    private final Clock clock;
    private final boolean dryRun;

    /**
     * @param trust which backups may take the place of others
     */
    public Prune(Settings settings, Instance instance, Trust trust, Clock clock, boolean dryRun) {
        this.settings = settings;
        this.instance = instance.name();
        this.newest = new NewestBackups(instance.stateDirectory());
        this.trust = trust;
        this.proven = new DrillRecords(instance.stateDirectory()).provenBackups();
        this.clock = clock;
        this.dryRun = dryRun;
    }

    /** What was decided on one backup at one place. */
    public record Decided(String place, String database, String backup, long bytes, Retention.Decision decision) {}

    /** The databases that have backups at a place. */
    public static SortedSet<String> databases(Catalog catalog) {
        SortedSet<String> names = new TreeSet<>();
        catalog.all().forEach(backup -> names.add(backup.name().database()));
        return names;
    }

    /** Prunes the backup directory. */
    public List<Decided> local(ObjectStore store, String database, boolean newestRunFailed) {
        return prune(store, Catalog.read(store, ""), database, localPolicy(), newestRunFailed);
    }

    /** Prunes an off-site store; without a policy for off-site nothing is removed there. */
    public List<Decided> remote(ObjectStore store, String database, boolean newestRunFailed) {
        Catalog catalog = Catalog.read(store, BackupName.remotePrefix(instance, database));
        return prune(store, catalog, database, remotePolicy(), newestRunFailed);
    }

    private List<Decided> prune(
            ObjectStore store, Catalog catalog, String database, Policy policy, boolean newestRunFailed) {
        List<StoredBackup> backups = catalog.of(database);
        Map<String, StoredBackup> byName = backups.stream()
                .collect(Collectors.toMap(backup -> backup.name().toString(), backup -> backup));
        Predicate<String> isGenuine = name -> trust.isGenuine(catalog, backup(byName, name));
        List<Candidate> candidates = backups.stream()
                .map(backup ->
                        new Candidate(backup.name().toString(), backup.name().when(), backup.isComplete()))
                .toList();
        List<Decided> decided = new ArrayList<>();
        Rules rules = some -> Retention.decide(some, policy, clock.instant(), newestRunFailed, newestProven(backups));
        for (Retention.Decision byRules : GenuineOnly.decide(candidates, rules, isGenuine)) {
            Retention.Decision decision = byRules;
            StoredBackup backup = backup(byName, byRules.candidate().name());
            if (!decision.keep()) {
                Optional<Instant> locked = lockedUntil(catalog, backup).filter(clock.instant()::isBefore);
                if (locked.isPresent()) {
                    decision = decision.locked(locked.get());
                    LOG.atInfo()
                            .addKeyValue("backup", backup.name())
                            .addKeyValue("store", store.name())
                            .log("no rule keeps it, but it is {}", decision.reason());
                }
            }
            if (!decision.keep() && !dryRun) {
                LOG.atInfo()
                        .addKeyValue("backup", backup.name())
                        .addKeyValue("store", store.name())
                        .addKeyValue("reason", decision.reason())
                        .log("removing");
                catalog.remove(backup);
                newest.removed(store.name(), backup.name());
            }
            decided.add(new Decided(store.name(), database, backup.name().toString(), backup.bytes(), decision));
        }
        return decided;
    }

    private static StoredBackup backup(Map<String, StoredBackup> byName, String name) {
        return Objects.requireNonNull(byName.get(name), name);
    }

    /** In a bucket with versions a removal would succeed, hide the backup, and free nothing. */
    private static Optional<Instant> lockedUntil(Catalog catalog, StoredBackup backup) {
        try {
            return catalog.lockedUntil(backup);
        } catch (Failure e) {
            LOG.debug("cannot see whether {} is locked", backup.name(), e);
            return Optional.empty();
        }
    }

    /** What a drill brought back is the one backup that is known to work. */
    private Map<String, String> newestProven(List<StoredBackup> backups) {
        return backups.stream()
                .map(StoredBackup::name)
                .filter(name -> proven.contains(name.toString()))
                .max(Comparator.naturalOrder())
                .map(name -> Map.of(name.toString(), "newest that passed a drill"))
                .orElse(Map.of());
    }

    /** One line for the result of a backup. */
    static Pruned summary(List<Decided> decided) {
        List<Retention.Decision> decisions =
                decided.stream().map(Decided::decision).toList();
        int removed = (int) decisions.stream().filter(one -> !one.keep()).count();
        return new Pruned(Retention.summary(decisions), removed);
    }

    private Policy localPolicy() {
        return new Policy(
                settings.get(Keys.KEEP_WITHIN),
                settings.get(Keys.KEEP_LAST),
                settings.get(Keys.KEEP_HOURLY),
                settings.get(Keys.KEEP_DAILY),
                settings.get(Keys.KEEP_WEEKLY),
                settings.get(Keys.KEEP_MONTHLY),
                settings.get(Keys.KEEP_YEARLY));
    }

    private Policy remotePolicy() {
        return new Policy(
                settings.find(Keys.REMOTE_KEEP_WITHIN).orElse(Duration.ZERO),
                number(Keys.REMOTE_KEEP_LAST),
                number(Keys.REMOTE_KEEP_HOURLY),
                number(Keys.REMOTE_KEEP_DAILY),
                number(Keys.REMOTE_KEEP_WEEKLY),
                number(Keys.REMOTE_KEEP_MONTHLY),
                number(Keys.REMOTE_KEEP_YEARLY));
    }

    private int number(Setting<Integer> setting) {
        return settings.find(setting).orElse(0);
    }
}
