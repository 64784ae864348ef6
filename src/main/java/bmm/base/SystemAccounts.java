package bmm.base;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The users and groups of this machine, by number; names from passwd(5) and group(5), where they stand there. */
public final class SystemAccounts {
    static final int ROOT = 0;

    private static final int SELF = self();

    private SystemAccounts() {}

    /** The user that this process runs as. */
    static int current() {
        return SELF;
    }

    /** Whether this process may do everything. */
    public static boolean isRoot() {
        return SELF == ROOT;
    }

    /** Root and this user: what they own only they can change. */
    static boolean isOurs(int user) {
        return user == SELF || user == ROOT;
    }

    /** For messages: the name, or the number where it has none. */
    static String userName(int user) {
        return lines("/etc/passwd").stream()
                .filter(fields -> fields.length > 2 && fields[2].equals(String.valueOf(user)))
                .map(fields -> fields[0])
                .findFirst()
                .orElse("user " + user);
    }

    static String groupName(int group) {
        return group(group).map(fields -> fields[0]).orElse(String.valueOf(group));
    }

    /**
     * Whether anybody but root and this user is in a group. Of Debian's {@code staff}, which may write to
     * {@code /usr/local}, mostly nobody is; nor of the group that many systems give to each user.
     */
    static boolean hasOthers(int group) {
        if (group == ROOT) {
            return false;
        }
        String own = userName(SELF);
        boolean members = group(group)
                .filter(fields -> fields.length > 3)
                .map(fields -> List.of(fields[3].split(",", -1)))
                .orElse(List.of())
                .stream()
                .anyMatch(member -> !member.isBlank() && !member.equals("root") && !member.equals(own));
        return members
                || lines("/etc/passwd").stream()
                        .anyMatch(fields -> fields.length > 3
                                && fields[3].equals(String.valueOf(group))
                                && !fields[2].equals(String.valueOf(SELF))
                                && !fields[2].equals(String.valueOf(ROOT)));
    }

    private static Optional<String[]> group(int group) {
        return lines("/etc/group").stream()
                .filter(fields -> fields.length > 2 && fields[2].equals(String.valueOf(group)))
                .findFirst();
    }

    private static List<String[]> lines(String file) {
        try {
            // Names of other encodings are compared as numbers only.
            return Files.readAllLines(Path.of(file), StandardCharsets.ISO_8859_1).stream()
                    .map(line -> line.split(":", -1))
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** The JDK does not tell it; whose the process is, the kernel does. */
    private static int self() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            return ofName(System.getProperty("user.name", ""));
        }
    }

    private static int ofName(String name) {
        return lines("/etc/passwd").stream()
                .filter(fields -> fields.length > 2 && fields[0].equals(name))
                .map(fields -> Integer.parseInt(fields[2]))
                .findFirst()
                .orElse(-1);
    }
}
