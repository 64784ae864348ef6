package bmm.doctor;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Finding;
import bmm.base.Instance;
import bmm.base.Settings;
import bmm.postgres.Server;
import java.util.ArrayList;
import java.util.List;

/** Looks at everything that a backup, a restore or a drill will need, and leaves nothing changed. */
public final class Checkup {
    private final Settings settings;
    private final Instance instance;
    private final Surroundings surroundings;

    public Checkup(Settings settings, Instance instance, Surroundings surroundings) {
        this.settings = settings;
        this.instance = instance;
        this.surroundings = surroundings;
    }

    /** Everything that was found, in the order in which it was looked at. */
    public record Report(List<Finding> findings) {
        public Report {
            findings = List.copyOf(findings);
        }

        /** The worst of all findings. */
        public ExitCode exitCode() {
            return Diagnosis.worst(findings);
        }
    }

    /** Looks; whatever is wrong is a finding and not thrown. */
    public Report run() {
        List<Finding> findings = new ArrayList<>(new SettingsCheck(settings, surroundings).run());
        PlaceCheck places = new PlaceCheck(settings, instance, surroundings);
        findings.addAll(places.run());
        findings.add(KeyCheck.run(settings, instance));
        DatabaseCheck databases = new DatabaseCheck(settings, surroundings);
        findings.addAll(databases.run());
        databases.server().ifPresent(server -> findings.addAll(releases(server, databases.found())));
        findings.addAll(places.room(databases.found()));
        findings.addAll(new ToolCheck(settings, surroundings).run(databases.server(), databases.found()));
        findings.add(new DrillCheck(settings, surroundings).run(databases.server(), databases.found()));
        findings.addAll(new StoreCheck(settings, instance).run());
        findings.addAll(new ChannelCheck(settings).run());
        return new Report(findings);
    }

    private static List<Finding> releases(Server server, List<Server.Database> found) {
        try {
            return found.isEmpty() ? List.of() : ReleaseCheck.server(server, found.getFirst());
        } catch (Failure e) {
            return List.of(Finding.fail(ExitCode.PREFLIGHT, "role", e));
        }
    }
}
