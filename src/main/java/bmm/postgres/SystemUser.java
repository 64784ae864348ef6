package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.process.Command;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The system user that a scratch server runs as: this one, or, as PostgreSQL refuses to run as root, another one that
 * can do nothing else here.
 *
 * @param principal null where it is the user that bmm runs as
 */
record SystemUser(String name, @Nullable UserPrincipal principal, List<String> becoming) {
    private static final List<String> UNPRIVILEGED = List.of("postgres", "nobody");
    private static final List<String> DIRECTORIES = List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin");

    /**
     * Finds one.
     *
     * @throws Failure {@link ExitCode#PREFLIGHT} if bmm runs as root and there is none, or no way to become it
     */
    static SystemUser forServer() {
        String current = System.getProperty("user.name", "");
        return current.equals("root") ? unprivileged() : new SystemUser(current, null, List.of());
    }

    private static SystemUser unprivileged() {
        for (String name : UNPRIVILEGED) {
            Optional<UserPrincipal> principal = lookUp(name);
            if (principal.isPresent()) {
                return new SystemUser(name, principal.get(), becoming(name));
            }
        }
        throw new Failure(
                ExitCode.PREFLIGHT,
                "PostgreSQL does not run as root, and there is no user postgres here",
                "useradd --system postgres, or run the drill as another user");
    }

    private static Optional<UserPrincipal> lookUp(String name) {
        try {
            return Optional.of(
                    FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(name));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static List<String> becoming(String user) {
        Optional<String> setpriv = program("setpriv");
        if (setpriv.isPresent()) {
            // nobody's group has different names, but one number.
            String group = user.equals("nobody") ? "65534" : user;
            return List.of(setpriv.get(), "--reuid=" + user, "--regid=" + group, "--clear-groups", "--");
        }
        String runuser = program("runuser")
                .orElseThrow(() -> new Failure(
                        ExitCode.PREFLIGHT,
                        "there is neither setpriv nor runuser to become the user " + user,
                        "install util-linux, or run the drill as another user than root"));
        return List.of(runuser, "-u", user, "--");
    }

    private static Optional<String> program(String name) {
        return DIRECTORIES.stream()
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /** A directory of its own, which nobody else may enter. */
    void makeDirectory(Path directory) throws IOException {
        Files.createDirectory(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (principal != null) {
            Files.setOwner(directory, principal);
        }
    }

    /** A program run by this user, who may not enter bmm's own working directory. */
    Command command(List<String> words) {
        List<String> all = new ArrayList<>(becoming);
        all.addAll(words);
        Command command = Command.of(all).directory(Path.of("/")).environment("LC_ALL", "C");
        // Not those of bmm's user, which would be looked into.
        return principal == null
                ? command
                : command.environment("HOME", "/").environment("USER", name).environment("LOGNAME", name);
    }
}
