package bmm.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/**
 * What lstat(2) says of a file and decides whether it may be trusted.
 *
 * @param kind what it is
 * @param user number of its owner
 * @param group number of its group
 * @param mode the twelve bits of chmod(1)
 * @param links how many names it has
 */
record FileStatus(Kind kind, int user, int group, int mode, int links) {
    enum Kind {
        REGULAR,
        DIRECTORY,
        LINK,
        OTHER
    }

    private static final int STICKY = 01000;
    private static final int GROUP_WRITE = 020;
    private static final int OTHERS_WRITE = 02;

    /** Of what is at a path, which is a link itself if it is one. */
    static FileStatus of(Path path) throws IOException {
        return of(Files.readAttributes(
                path, "unix:isRegularFile,isDirectory,isSymbolicLink,uid,gid,mode,nlink", LinkOption.NOFOLLOW_LINKS));
    }

    /** Of what a path leads to. */
    static FileStatus ofTarget(Path path) throws IOException {
        return of(Files.readAttributes(path, "unix:isRegularFile,isDirectory,isSymbolicLink,uid,gid,mode,nlink"));
    }

    private static FileStatus of(Map<String, Object> values) {
        Kind kind = is(values, "isRegularFile")
                ? Kind.REGULAR
                : is(values, "isDirectory") ? Kind.DIRECTORY : is(values, "isSymbolicLink") ? Kind.LINK : Kind.OTHER;
        return new FileStatus(
                kind,
                number(values, "uid"),
                number(values, "gid"),
                number(values, "mode") & 07777,
                number(values, "nlink"));
    }

    private static boolean is(Map<String, Object> values, String name) {
        return Boolean.TRUE.equals(values.get(name));
    }

    private static int number(Map<String, Object> values, String name) {
        return values.get(name) instanceof Integer value ? value : -1;
    }

    boolean isOurs() {
        return SystemAccounts.isOurs(user);
    }

    /** Whether only owners of entries can rename or remove them there, as in /tmp. */
    boolean isSticky() {
        return (mode & STICKY) != 0;
    }

    boolean groupWrites() {
        return kind != Kind.LINK && (mode & GROUP_WRITE) != 0;
    }

    boolean everyoneWrites() {
        return kind != Kind.LINK && (mode & OTHERS_WRITE) != 0;
    }

    boolean everyoneReads() {
        return kind != Kind.LINK && (mode & 04) != 0;
    }
}
