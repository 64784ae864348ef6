package bmm.cli;

import bmm.backup.Prune;
import bmm.backup.Prune.Decided;
import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Instance;
import bmm.base.RunLock;
import bmm.catalog.BackupName;
import bmm.catalog.Catalog;
import bmm.catalog.History;
import bmm.dump.Trust;
import bmm.notify.Severity;
import bmm.store.ObjectStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bmm prune}. */
@Command(
        name = "prune",
        description = "Remove the backups that no retention rule keeps, here and off-site, with the reason for each.")
final class PruneCommand extends RunnableCommand {
    private static final Logger LOG = LoggerFactory.getLogger(PruneCommand.class);

    @Option(names = "--dry-run", description = "Only print what would be kept and removed, and why.")
    boolean dryRun;

    @Override
    List<ExitCode> exitCodes() {
        return List.of(
                ExitCode.OK,
                ExitCode.LOCKED,
                ExitCode.STORE,
                ExitCode.USAGE,
                ExitCode.INTERNAL,
                ExitCode.CONFIGURATION);
    }

    @Override
    String example() {
        return "BMM_KEEP_WITHIN=0 BMM_KEEP_DAILY=14 BMM_KEEP_WEEKLY=8 bmm prune --dry-run";
    }

    @Override
    @Nullable
    Unattended unattended() {
        return dryRun ? null : new Unattended("prune", Severity.WARNING, null);
    }

    @Override
    ExitCode run(Run run) {
        Instance instance = run.instance();
        List<Decided> decided = new ArrayList<>();
        List<ObjectStore> remotes = StoreOption.remotes(run);
        try (ObjectStore local = StoreOption.local(instance);
                RunLock lock = RunLock.acquire(instance, run.clock().instant())) {
            LOG.atDebug().addKeyValue("lock", lock).log("holding the lock");
            Prune prune = new Prune(run.settings(), instance, Trust.of(run.settings(), instance), run.clock(), dryRun);
            History history = new History(instance.stateDirectory());
            for (String database : Prune.databases(Catalog.read(local, ""))) {
                decided.addAll(prune.local(local, database, history.lastFailed("backup", database)));
            }
            for (ObjectStore remote : remotes) {
                String prefix = BackupName.remotePrefix(instance.name());
                for (String database : Prune.databases(Catalog.read(remote, prefix))) {
                    decided.addAll(prune.remote(remote, database, history.lastFailed("backup", database)));
                }
            }
        } finally {
            remotes.forEach(ObjectStore::close);
        }
        if (run.json()) {
            run.printJson(json(decided));
        } else {
            print(decided, run);
        }
        return ExitCode.OK;
    }

    private void print(List<Decided> decided, Run run) {
        int width =
                decided.stream().mapToInt(one -> one.backup().length()).max().orElse(0);
        String place = "";
        for (Decided one : decided) {
            if (!one.place().equals(place)) {
                place = one.place();
                run.out().line(place);
            }
            run.out()
                    .line("  " + (one.decision().keep() ? "keep    " : "remove  ") + one.backup()
                            + " ".repeat(width - one.backup().length()) + "  "
                            + Amounts.bytes(one.bytes()) + "  " + one.decision().reason());
        }
        long removed = decided.stream().filter(one -> !one.decision().keep()).count();
        run.out().line(decided.size() - removed + " kept, " + removed + (dryRun ? " would be removed" : " removed"));
    }

    private Map<String, Object> json(List<Decided> decided) {
        List<Map<String, Object>> backups = new ArrayList<>();
        for (Decided one : decided) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("place", one.place());
            entry.put("database", one.database());
            entry.put("backup", one.backup());
            entry.put("bytes", one.bytes());
            entry.put("keep", one.decision().keep());
            entry.put("reason", one.decision().reason());
            backups.add(entry);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("exit", 0);
        all.put("dryRun", dryRun);
        all.put("backups", backups);
        return all;
    }
}
