package bmm.uptime;

import bmm.alert.Layer;
import bmm.base.Amounts;
import bmm.base.FileSystemSpace;
import bmm.process.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code disk:/path}: the file system there has room, in bytes and in inodes, for users who are not root.
 *
 * @param free how much must be free
 * @param inodes how many inodes must be free; not asked of file systems that make them as they go, such as btrfs
 * @param writable whether a file system that is mounted read-only is down
 */
record DiskProbe(Path path, Room free, Room inodes, boolean writable) implements Probe {
    /** An amount, or a share of the whole. */
    record Room(long amount, double percent) {
        static Room percent(double percent) {
            return new Room(0, percent);
        }

        boolean isMoreThan(long left, long total) {
            return left <= amount || left <= total * percent / 100;
        }
    }

    @Override
    public String target() {
        return "disk:" + path;
    }

    @Override
    public Layer layer() {
        return Layer.MACHINE;
    }

    @Override
    public Look look(Trail trail, Duration timeout) throws IOException, InterruptedException {
        Deadline deadline = Deadline.in(timeout);
        FileSystemSpace space = FileSystemSpace.of(path);
        long total = space.total();
        long left = space.usable();
        String bytes = share(left, total) + " free (" + Amounts.bytes(left) + " of " + Amounts.bytes(total) + ")";
        if (writable && isReadOnly()) {
            return Look.down(null, path + ": mounted read-only", deadline.spent());
        }
        if (total > 0 && free.isMoreThan(left, total)) {
            return Look.down(null, path + ": " + bytes + ", not more than " + inWords(free, true), deadline.spent());
        }
        Inodes counted = count(deadline.left());
        if (counted != null && counted.total() > 0 && inodes.isMoreThan(counted.left(), counted.total())) {
            return Look.down(
                    null,
                    path + ": " + share(counted.left(), counted.total()) + " of inodes free ("
                            + Amounts.count(counted.left()) + "), not more than " + inWords(inodes, false),
                    deadline.spent());
        }
        String more = counted == null || counted.total() == 0
                ? ""
                : ", " + share(counted.left(), counted.total()) + " of inodes";
        return Look.up(bytes + more, deadline.spent());
    }

    /** Not known where the mount table does not show it, in a chroot say: then it is taken to be writable. */
    private boolean isReadOnly() {
        try {
            return Files.getFileStore(path).isReadOnly();
        } catch (IOException e) {
            return false;
        }
    }

    private record Inodes(long left, long total) {}

    /** The JDK cannot count them; stat(1) of coreutils and busybox can. Null where neither is there. */
    private @Nullable Inodes count(Duration timeout) throws InterruptedException {
        try {
            Command.Result result = Command.of("stat", "-f", "-c", "%d %c", "--", path.toString())
                    .timeout(timeout)
                    .run();
            String[] words = result.output().strip().split(" ", -1);
            return result.ok() ? new Inodes(Long.parseLong(words[0]), Long.parseLong(words[1])) : null;
        } catch (IOException | NumberFormatException e) {
            return null;
        }
    }

    private static String inWords(Room room, boolean bytes) {
        if (room.amount() > 0) {
            return bytes ? Amounts.bytes(room.amount()) : Amounts.count(room.amount());
        }
        return number(room.percent()) + "%";
    }

    private static String share(long part, long total) {
        return total == 0 ? "0%" : number(Math.floor(1000.0 * part / total) / 10) + "%";
    }

    private static String number(double number) {
        return number == Math.rint(number) ? String.valueOf((long) number) : String.format(Locale.ROOT, "%.1f", number);
    }
}
