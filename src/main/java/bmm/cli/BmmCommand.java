package bmm.cli;

import picocli.CommandLine.Command;

/** The top of the command tree; what it does by itself is to show the help. */
@Command(
        name = "bmm",
        description = "backup, mirror, monitor: PostgreSQL backups that are proven, not assumed.",
        subcommands = {
            BackupCommand.class,
            VerifyCommand.class,
            RestoreCommand.class,
            RestoreDrillCommand.class,
            PruneCommand.class,
            MirrorCommand.class
        },
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Settings come from options, the environment and /etc/bmm/<instance>.env;",
            "docs/configuration.md lists them all. `bmm COMMAND --help` tells the exit codes."
        })
final class BmmCommand {}
