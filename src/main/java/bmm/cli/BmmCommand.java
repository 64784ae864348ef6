package bmm.cli;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

/** The top of the command tree; what it does by itself is to show the help. */
@Command(
        name = "bmm",
        description = "backup, mirror, monitor: PostgreSQL backups that are proven, not assumed.",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Settings come from options, the environment and /etc/bmm/<instance>.env;",
            "docs/configuration.md lists them all. `bmm COMMAND --help` tells the exit codes."
        })
final class BmmCommand {
    private static final List<Class<? extends RunnableCommand>> ALL = List.of(
            BackupCommand.class,
            VerifyCommand.class,
            RestoreCommand.class,
            RestoreDrillCommand.class,
            PruneCommand.class,
            MirrorCommand.class,
            UptimeCommand.class,
            NotifyCommand.class,
            DoctorCommand.class);

    /**
     * The command that a command line begins with, or all where it does not say: picocli looks at every field of what it is
     * given, and for one command of many that would be most of the time that a short run takes.
     */
    static List<Class<? extends RunnableCommand>> named(String word) {
        for (Class<? extends RunnableCommand> type : ALL) {
            if (nameOf(type).equals(word)) {
                return List.of(type);
            }
        }
        return ALL;
    }

    /** {@code restore-drill} of RestoreDrillCommand, without asking its annotations. */
    static String nameOf(Class<?> type) {
        return type.getSimpleName()
                .replaceFirst("Command$", "")
                .replaceAll("(?<=.)(?=[A-Z])", "-")
                .toLowerCase(Locale.ROOT);
    }
}
