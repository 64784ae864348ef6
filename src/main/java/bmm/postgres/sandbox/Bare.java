package bmm.postgres.sandbox;

import java.util.List;

/** No sandbox: another user where bmm can become one, and never more rights than that one has. */
record Bare() implements Means {
    @Override
    public String title() {
        return "no sandbox";
    }

    @Override
    public List<String> missing() {
        return List.of();
    }

    @Override
    public List<String> words(Surroundings surroundings) {
        DrillUser user = surroundings.user();
        if (!user.isCaller()) {
            return becoming(user);
        }
        return missingSetpriv() ? List.of() : List.of("setpriv", "--no-new-privs", "--pdeathsig=KILL", "--");
    }

    static boolean missingSetpriv() {
        return SystemProgram.find("setpriv").isEmpty();
    }

    /** Words for root to become a user for good. The kernel forgets at that who the process should die with. */
    static List<String> becoming(DrillUser user) {
        return List.of(
                "setpriv",
                "--reuid=" + user.uid(),
                "--regid=" + user.gid(),
                "--clear-groups",
                "--inh-caps=-all",
                "--bounding-set=-all",
                "--no-new-privs",
                "--pdeathsig=KILL",
                "--");
    }
}
