package bmm.postgres.sandbox;

import java.util.ArrayList;
import java.util.List;

/**
 * bubblewrap (bwrap(1)): namespaces of its own for mounts, processes, IPC, host name and network. As root it needs no user
 * namespace, which some machines do not allow. The options are those that version 0.4 has; without {@code --new-session},
 * as there is no terminal, and the {@link Supervisor} has to know the group of what it ends.
 *
 * @param withProcesses whether /proc is mounted, which a container may not allow
 */
record Bubblewrap(boolean withProcesses) implements Means {
    /** /dev/shm belongs to root: the server's user must get in. */
    private static final List<String> OPEN_SHARED_MEMORY =
            List.of("/bin/sh", "-c", "chmod 1777 /dev/shm && exec \"$@\"", "sh");

    @Override
    public String title() {
        return "bubblewrap";
    }

    @Override
    public List<String> missing() {
        return Means.notInstalled("bwrap");
    }

    @Override
    public List<String> words(Surroundings surroundings) {
        DrillUser user = surroundings.user();
        List<String> words = new ArrayList<>(List.of(
                "bwrap",
                "--die-with-parent",
                "--unshare-pid",
                "--unshare-ipc",
                "--unshare-uts",
                "--unshare-net",
                "--unshare-cgroup-try",
                "--hostname",
                "sandbox",
                "--cap-drop",
                "ALL"));
        if (user.isCaller()) {
            words.add("--unshare-user");
        } else {
            for (String needed : List.of("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")) {
                words.addAll(List.of("--cap-add", needed));
            }
        }
        surroundings.view().parts().forEach(part -> words.addAll(option(part)));
        words.addAll(List.of("--remount-ro", "/", "--chdir", "/", "--"));
        words.addAll(OPEN_SHARED_MEMORY);
        if (!user.isCaller()) {
            words.addAll(Bare.becoming(user));
        }
        return words;
    }

    private List<String> option(Part part) {
        String at = part.at().toString();
        return switch (part) {
            case Part.Folder folder -> List.of("--dir", at);
            case Part.ReadOnly shown -> List.of("--ro-bind", shown.source().toString(), at);
            case Part.Writable shown -> List.of("--bind", shown.source().toString(), at);
            case Part.Device device -> List.of("--dev-bind", at, at);
            case Part.Link link -> List.of("--symlink", link.target(), at);
            case Part.Memory memory -> List.of("--tmpfs", at);
            case Part.Processes processes -> List.of(withProcesses ? "--proc" : "--dir", at);
        };
    }
}
