package bmm.postgres.sandbox;

import java.util.ArrayList;
import java.util.List;

/**
 * The same namespaces as {@link Bubblewrap}'s, made by util-linux and a script: it mounts an empty file system, binds what
 * is in sight to it, makes it the root, and lets go of the old one (pivot_root(2)). A user who is not root does that in a
 * user namespace, as root of it, and leaves it for an inner one, in which nobody has rights on those mounts.
 *
 * @param pivoting whether by pivot_root(8), which Debian has in a package of its own from 14 on; else by moving the mount
 *     over the old root
 */
record Namespaces(boolean pivoting) implements Means {
    /** Its arguments: where to mount, then three words for each part, {@code --}, and the command. */
    private static final String SCRIPT = """
            set -eu
            root=$1
            shift
            mount -t tmpfs -o mode=755,size=1m,nosuid,nodev sandbox "$root"
            while [ "$1" != -- ]; do
              source=$2 path=$root$3
              case $1 in
                folder) mkdir -m 755 "$path" ;;
                link) ln -s "$source" "$path" ;;
                memory)
                  mkdir "$path"
                  mount -t tmpfs -o "mode=1777,size=$source,nosuid,nodev" sandbox "$path"
                  ;;
                processes)
                  mkdir -m 755 "$path"
                  # A container may not allow it; then there are none to be seen.
                  mount -t proc -o nosuid,nodev,noexec sandbox "$path" 2>/dev/null || :
                  ;;
                *)
                  if [ -d "$source" ]; then mkdir "$path"; else : >"$path"; fi
                  mount --rbind "$source" "$path"
                  if [ "$1" = read-only ]; then
                    # Flags of the file system itself cannot be taken away in a user namespace.
                    mount -o remount,bind,ro,nosuid,nodev "$path" 2>/dev/null ||
                      mount -o remount,bind,ro,nosuid,nodev,noexec "$path"
                  fi
                  ;;
              esac
              shift 3
            done
            shift
            mount -o remount,bind,ro,nosuid,nodev "$root"
            cd "$root"
            """;

    private static final String PIVOT = """
            pivot_root . .
            umount -l .
            cd /
            exec "$@"
            """;

    /** The old root stays below, where only those get to who may unmount what lies on it. */
    private static final String MOVE = """
            mount -n -i --move . /
            exec chroot . "$@"
            """;

    @Override
    public String title() {
        return "namespaces of util-linux";
    }

    @Override
    public List<String> missing() {
        return Means.notInstalled("unshare", "setpriv", "mount", pivoting ? "pivot_root" : "chroot");
    }

    @Override
    public List<String> words(Surroundings surroundings) {
        DrillUser user = surroundings.user();
        List<String> words = new ArrayList<>(List.of("unshare"));
        if (user.isCaller()) {
            words.add("--map-root-user");
        }
        words.addAll(List.of("--mount", "--pid", "--ipc", "--uts", "--net", "--fork", "--kill-child"));
        words.addAll(List.of(
                "--",
                "/bin/sh",
                "-c",
                SCRIPT + (pivoting ? PIVOT : MOVE),
                "sh",
                surroundings.mountPoint().toString()));
        surroundings.view().parts().forEach(part -> words.addAll(arguments(part)));
        words.add("--");
        words.addAll(
                user.isCaller()
                        ? List.of(
                                "unshare",
                                "--map-user=" + user.uid(),
                                "--map-group=" + user.gid(),
                                "--",
                                "setpriv",
                                "--no-new-privs",
                                "--pdeathsig=KILL",
                                "--")
                        : Bare.becoming(user));
        return words;
    }

    private static List<String> arguments(Part part) {
        String at = part.at().toString();
        return switch (part) {
            case Part.Folder folder -> List.of("folder", "-", at);
            case Part.ReadOnly shown -> List.of("read-only", shown.source().toString(), at);
            case Part.Writable shown -> List.of("writable", shown.source().toString(), at);
            case Part.Device device -> List.of("device", at, at);
            case Part.Link link -> List.of("link", link.target(), at);
            case Part.Memory memory -> List.of("memory", String.valueOf(memory.bytes()), at);
            case Part.Processes processes -> List.of("processes", "-", at);
        };
    }
}
