package bmm.restore;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.base.Stopping;
import bmm.dump.AgeKeys;
import bmm.dump.Backups;
import bmm.dump.FetchedDump;
import bmm.dump.Found;
import bmm.dump.Moment;
import bmm.dump.NamedDump;
import bmm.dump.Trust;
import bmm.postgres.EarlyCluster;
import bmm.stream.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The restore drill: a backup is restored into a place of its own, and what comes out is compared with what went in. It
 * writes to nothing but the database that it made itself.
 */
public final class Drill {
    private final Settings settings;
    private final Instance instance;
    private final Clock clock;
    private final Progress progress;
    private final DrillTargets targets;
    private final Trust trust;

    /**
     * What the process knows of itself.
     *
     * @param systemUser libpq's default role
     * @param searchPath {@code $PATH}
     * @param cores processors
     * @param memory of the machine, in bytes
     * @param temporary where scratch clusters lie, and what is fetched and unpacked
     */
    public record Environment(String systemUser, @Nullable String searchPath, int cores, long memory, Path temporary) {}

    /** @throws Failure {@link ExitCode#CONFIGURATION} if there is no such target */
    public Drill(
            Settings settings,
            Instance instance,
            Environment environment,
            Trust trust,
            Clock clock,
            Progress progress) {
        this.settings = settings;
        this.instance = instance;
        this.trust = trust;
        this.clock = clock;
        this.progress = progress;
        this.targets = new DrillTargets(settings, environment);
    }

    /** Drills one dump file, whoever made it. */
    public DrillResult file(Path file, boolean keep, Consumer<DrillResult> afterEach) {
        DrillResult result = drill(
                String.valueOf(file.getFileName()),
                () -> NamedDump.at(file, AgeKeys.identities(settings), trust),
                keep);
        afterEach.accept(result);
        return result;
    }

    /**
     * Drills a backup of each database.
     *
     * @param databases empty for every one that there are backups of
     * @param from where to look; null for off-site if there is any, else here
     * @param afterEach told each result as soon as it is there, while the stores are open
     */
    public List<DrillResult> backups(
            List<String> databases,
            Moment moment,
            @Nullable String from,
            boolean keep,
            Consumer<DrillResult> afterEach) {
        try (Backups backups =
                Backups.open(from, Backups.Preference.OFF_SITE, instance, settings, trust, clock.instant())) {
            SortedSet<String> wanted = databases.isEmpty() ? backups.databases() : new TreeSet<>(databases);
            if (wanted.isEmpty()) {
                throw new Failure(
                        ExitCode.DRILL,
                        "there is no backup to prove " + (from == null ? "here" : "at " + from),
                        "check BMM_BACKUP_DIR, BMM_BACKUP_REMOTE, --from and --instance");
            }
            List<DrillResult> results = new ArrayList<>();
            for (String database : wanted) {
                DrillResult result = drill(database, () -> backups.find(database, moment), keep);
                afterEach.accept(result);
                results.add(result);
                if (Stopping.requested()) {
                    break;
                }
            }
            return results;
        }
    }

    /** Removes what {@code --keep} kept and what dead runs left, and says what. */
    public List<String> clean() {
        return targets.clean(clock.instant());
    }

    private interface Search {
        Found find();
    }

    private DrillResult drill(String subject, Search search, boolean keep) {
        Found found;
        try {
            found = search.find();
        } catch (Failure e) {
            return DrillResult.without(subject, clock.instant(), e);
        }
        Proceedings proceedings = new Proceedings(found, clock.instant());
        try {
            prove(found, proceedings, keep);
        } catch (Failure e) {
            proceedings.problem(Stopping.requested() ? stopped(subject, e) : e);
        } catch (InterruptedException e) {
            proceedings.problem(stopped(subject, e));
        } finally {
            progress.end();
        }
        // It has done its work; set, it would break the files that tell of it.
        var unused = Thread.interrupted();
        return proceedings.result();
    }

    private static Failure stopped(String subject, Exception e) {
        return new Failure(
                ExitCode.DRILL,
                "database " + subject + ": the drill was stopped by a signal",
                "run it again; nothing is left behind",
                e);
    }

    private void prove(Found found, Proceedings proceedings, boolean keep) throws InterruptedException {
        List<SqlChecks.Check> checks = userChecks();
        targets.checkRisk();
        targets.checkRoom(found);
        proceedings.begin("fetch");
        try (EarlyCluster early = targets.early(found, clock.instant());
                FetchedDump dump = FetchedDump.fetch(found, targets.room(), clock.instant(), progress)) {
            proceedings.add(hash(found));
            provenance(found).forEach(proceedings::add);
            proceedings.begin("restore");
            progress.begin("restore " + found.file(), 0);
            try (OneDrill drill =
                    OneDrill.open(dump, targets, early, settings, clock.instant(), progress, proceedings)) {
                drill.restore();
                proceedings.begin("proof");
                progress.begin("compare " + found.file(), 0);
                drill.prove(checks);
                proceedings.end();
                if (keep) {
                    proceedings.kept(drill.keep());
                }
            }
        } finally {
            proceedings.end();
        }
    }

    private static Proof hash(Found found) {
        return found.manifest() == null
                ? Proof.missing("hash", "no manifest beside it")
                : Proof.proven("hash", "SHA-256 and size = manifest");
    }

    /** Whose backup it is, and whether it is the newest one: else the drill proves something, but not what is wanted. */
    private static List<Proof> provenance(Found found) {
        List<Proof> proofs = new ArrayList<>();
        String signature = found.signature();
        proofs.add(
                signature == null
                        ? Proof.missing("signature", "no manifest beside it")
                        : found.isSigned()
                                ? Proof.proven("signature", signature)
                                : Proof.missing("signature", signature));
        String age = found.age();
        if (age != null) {
            proofs.add(Proof.reported("newest", age));
        }
        if (!found.alarms().isEmpty()) {
            proofs.add(Proof.of("newest", "", found.alarms()));
        }
        return proofs;
    }

    private List<SqlChecks.Check> userChecks() {
        Path file = settings.find(Keys.DRILL_SQL).orElse(null);
        if (file == null) {
            return List.of();
        }
        try {
            List<SqlChecks.Check> checks = SqlChecks.parse(Files.readString(file));
            if (checks.isEmpty()) {
                throw new Failure(
                        ExitCode.CONFIGURATION, "BMM_DRILL_SQL: " + file + " holds no statement", "or unset it");
            }
            return checks;
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "BMM_DRILL_SQL: " + file + " cannot be read: " + Failure.reason(e),
                    "name a file of SQL in UTF-8",
                    e);
        }
    }
}
