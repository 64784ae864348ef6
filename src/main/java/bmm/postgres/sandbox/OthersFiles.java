package bmm.postgres.sandbox;

import bmm.base.SystemAccounts;
import bmm.process.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * What a server has left in its directory, which may be anything that restored code could think of: links, directories that
 * nobody may enter, a thousand of them in one another. It is removed with the rights of the user who made it, so that no
 * trick in there reaches what that user could not have removed anyway.
 */
public final class OthersFiles {
    /** In the directory itself. What was just killed may still have been writing, so it is looked at again. */
    private static final String SCRIPT = """
            tries=0
            while [ "$tries" -lt 50 ]; do
              find . -xdev -mindepth 1 -type d ! -perm -700 -execdir chmod 700 {} \\;
              find . -xdev -mindepth 1 -delete && [ -z "$(ls -A)" ] && exit
              sleep 0.1
              tries=$((tries + 1))
            done
            exit 1
            """;

    private OthersFiles() {}

    /**
     * The command that empties a directory.
     *
     * @param directory in one of bmm's own, so that nobody can put a link in its place
     */
    public static Command removal(Path directory) throws IOException {
        int uid = (Integer) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        int gid = (Integer) Files.getAttribute(directory, "unix:gid", LinkOption.NOFOLLOW_LINKS);
        // Its owner could have locked out himself.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        List<String> words = new ArrayList<>(List.of("/usr/bin/env", "-i", "PATH=" + SystemProgram.SEARCH_PATH));
        if (SystemAccounts.isRoot() && uid != 0) {
            words.addAll(Bare.becoming(new DrillUser("id " + uid, uid, gid, DrillUser.Kind.UNUSED_ID)));
        }
        words.addAll(List.of("/bin/sh", "-c", SCRIPT));
        return Command.of(words).directory(directory);
    }
}
