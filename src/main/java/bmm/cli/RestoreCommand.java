package bmm.cli;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.catalog.History;
import bmm.dump.Moment;
import bmm.restore.Restore;
import bmm.restore.RestorePlan;
import bmm.restore.RestoreReport;
import bmm.restore.RestoreRequest;
import bmm.restore.RestoreRequest.Choice;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bmm restore}. */
@Command(
        name = "restore",
        description = {
            "Bring a backup back: the newest one that is here or at the off-site stores of the settings.",
            "It is compared with its hash, restored into a new database, compared with its manifest table by",
            "table, and only then given its name. A restore that fails leaves nothing behind."
        })
final class RestoreCommand extends RunnableCommand {
    private static final int MOST_JOBS = 4;

    @Option(
            names = "--database",
            paramLabel = "DB",
            description = "The database whose backup is wanted; not needed where there is only one.")
    @Nullable
    String database;

    @Option(
            names = "--into",
            paramLabel = "DB",
            description = "The database to restore into, made for it (default: the name that it had).")
    @Nullable
    String into;

    @Option(
            names = "--from",
            paramLabel = "STORE",
            description = "Where to look: local, NAME/prefix of a named store, or a store URL (default: everywhere).")
    @Nullable
    String from;

    @ArgGroup
    @Nullable
    Which which;

    static final class Which {
        @Option(
                names = "--at",
                paramLabel = "DATE",
                description = "The newest at or before 2026-10-21 (the end of that day, UTC) or 2026-10-21T03:15:00Z.")
        @Nullable
        String at;

        @Option(
                names = "--age",
                paramLabel = "DURATION",
                description = "The newest that is at least so old, as in 30d.")
        @Nullable
        String age;

        @Option(
                names = "--dump",
                paramLabel = "FILE",
                description =
                        "This file or directory, whoever made it: pg_dump's custom, directory, tar or plain format, as it is or in gzip or zstd.")
        @Nullable
        Path dump;
    }

    @Option(
            names = "--replace",
            description = "Take the place of an existing database, which is kept under the name DB_before_TIME.")
    boolean replace;

    @Option(
            names = "--clean",
            description =
                    "Restore over what is in an existing database (pg_restore --clean --if-exists), all or nothing.")
    boolean clean;

    @Option(
            names = "--table",
            paramLabel = "TABLE",
            description =
                    "Only this table and its rows, as NAME or SCHEMA.NAME, into an existing database; repeatable.")
    List<String> tables = new ArrayList<>();

    @Option(
            names = "--schema",
            paramLabel = "SCHEMA",
            description = "Only what is in this schema, into an existing database; repeatable.")
    List<String> schemas = new ArrayList<>();

    @Option(
            names = "--globals",
            description = "First make the roles and tablespaces that are missing; those that exist stay as they are.")
    boolean globals;

    @Option(names = "--jobs", paramLabel = "N", description = "Parallel workers (default: the processors, at most 4).")
    int jobs = Math.min(MOST_JOBS, Runtime.getRuntime().availableProcessors());

    @Option(names = "--no-owner", description = "Everything belongs to the role that restores.")
    boolean noOwner;

    @Option(names = "--no-privileges", description = "Leave out GRANT and REVOKE.")
    boolean noPrivileges;

    @Option(
            names = "--as-owners",
            description =
                    "Fill each table in a session that logs in as its owner (pg_hba.conf and PGPASSFILE decide), so that what its rows bring to run has the owner's rights only.")
    boolean asOwners;

    @Option(names = "--older-server", description = "Try it although the server is older than the one that was dumped.")
    boolean olderServer;

    @Option(names = "--no-check", description = "Do not compare the restored tables with the manifest.")
    boolean noCheck;

    @Option(
            names = "--allow-unsigned",
            description = "Take a backup that no known key signed, such as one of an earlier bmm.")
    boolean allowUnsigned;

    @Option(names = "--allow-plain", description = "Take a plain backup where backups are to be encrypted.")
    boolean allowPlain;

    @Option(
            names = "--to-file",
            paramLabel = "FILE",
            description = "Only fetch, verify and decompress the dump into this file, which must not exist.")
    @Nullable
    Path toFile;

    @Option(names = "--dry-run", description = "Print the plan, change nothing.")
    boolean dryRun;

    @Option(names = "--yes", description = "Do not ask. Needed where there is no terminal to ask at.")
    boolean yes;

    @Override
    List<ExitCode> exitCodes() {
        return List.of(
                ExitCode.OK,
                ExitCode.LOCKED,
                ExitCode.STORE,
                ExitCode.VERIFICATION,
                ExitCode.RESTORE,
                ExitCode.PREFLIGHT,
                ExitCode.USAGE,
                ExitCode.INTERNAL,
                ExitCode.CONFIGURATION);
    }

    @Override
    String example() {
        return """
                bmm restore --database archiv --into archiv_check
                bmm restore --database archiv --at 2026-10-21 --replace
                bmm restore --from s3://my-bucket/backups --database archiv --globals --yes""";
    }

    @Override
    ExitCode run(Run run) {
        try (Restore restore = new Restore(
                request(run), run.settings(), run.instance(), environment(run), run.clock(), run.progress())) {
            Path file = toFile;
            return file != null ? write(restore, file, run) : restore(restore, run);
        } catch (InterruptedException e) {
            throw new Failure(ExitCode.RESTORE, "stopped", "run it again; nothing half-made is left", e);
        }
    }

    private static Restore.Environment environment(Run run) {
        return new Restore.Environment(
                System.getProperty("user.name", ""), run.environment("PATH").orElse(null), run.temporaryDirectory());
    }

    private RestoreRequest request(Run run) {
        Which one = which == null ? new Which() : which;
        Moment moment = one.at != null
                ? Moment.at(one.at)
                : one.age != null ? Moment.olderThan(one.age, run.clock().instant()) : Moment.NEWEST;
        if (jobs < 1) {
            throw new Failure(ExitCode.USAGE, "--jobs " + jobs + ": must be 1 or more", "leave it out");
        }
        if (one.dump != null && from != null) {
            throw new Failure(ExitCode.USAGE, "--dump and --from do not go together", "name one of them");
        }
        return new RestoreRequest(wanted(run), into, from, moment, one.dump, tables, schemas, jobs, choices());
    }

    /** The database of the settings, if they name one only. */
    private @Nullable String wanted(Run run) {
        List<String> configured = run.settings().find(Keys.DATABASES).orElse(List.of());
        return database != null || configured.size() != 1 || configured.contains("*")
                ? database
                : configured.getFirst();
    }

    private Set<Choice> choices() {
        Map<Choice, Boolean> given = Map.of(
                Choice.REPLACE, replace,
                Choice.CLEAN, clean,
                Choice.GLOBALS, globals,
                Choice.NO_OWNER, noOwner,
                Choice.NO_PRIVILEGES, noPrivileges,
                Choice.OLDER_SERVER, olderServer,
                Choice.NO_CHECK, noCheck,
                Choice.ALLOW_UNSIGNED, allowUnsigned,
                Choice.ALLOW_PLAIN, allowPlain,
                Choice.AS_OWNERS, asOwners);
        Set<Choice> choices = EnumSet.noneOf(Choice.class);
        given.forEach((choice, on) -> {
            if (on) {
                choices.add(choice);
            }
        });
        return choices;
    }

    private static ExitCode write(Restore restore, Path file, Run run) {
        Restore.Written written = restore.toFile(file);
        if (run.json()) {
            run.printJson(RestoreOutput.json(written));
        } else {
            RestoreOutput.print(written, run.out());
        }
        return ExitCode.OK;
    }

    private ExitCode restore(Restore restore, Run run) throws InterruptedException {
        Instant begun = run.clock().instant();
        String subject = database == null ? History.ALL : database;
        try {
            RestorePlan plan = restore.plan();
            subject = plan.into();
            if (!run.json()) {
                RestoreOutput.print(plan, run.out());
            }
            if (dryRun) {
                if (run.json()) {
                    run.printJson(RestoreOutput.json(plan));
                }
                return ExitCode.OK;
            }
            confirm(plan, run);
            RestoreReport report = restore.run(plan);
            Failure failure = report.failure();
            ExitCode exit = failure == null ? ExitCode.OK : failure.exitCode();
            record(run, subject, exit, report);
            if (run.json()) {
                run.printJson(RestoreOutput.json(report, exit));
            } else {
                RestoreOutput.print(report, run.out());
            }
            return failure == null ? exit : run.report(failure);
        } catch (Failure e) {
            if (e.exitCode() != ExitCode.USAGE && e.exitCode() != ExitCode.LOCKED && !dryRun) {
                new History(run.instance().stateDirectory())
                        .append(line(
                                run,
                                subject,
                                e.exitCode(),
                                Duration.between(begun, run.clock().instant())));
            }
            throw e;
        }
    }

    private void confirm(RestorePlan plan, Run run) {
        if (yes) {
            return;
        }
        if (!run.canAsk()) {
            throw new Failure(
                    ExitCode.USAGE,
                    "nobody to ask whether to restore into " + plan.into() + " as planned",
                    "--yes says so beforehand, --dry-run only prints the plan");
        }
        String answer = run.ask("Restore? [y/N] ").strip().toLowerCase(Locale.ROOT);
        if (!answer.equals("y") && !answer.equals("yes")) {
            throw new Failure(ExitCode.USAGE, "not restored: the answer was not yes", "nothing was changed");
        }
    }

    private static void record(Run run, String subject, ExitCode exit, RestoreReport report) {
        Map<String, Object> line = line(run, subject, exit, report.took());
        line.put("bytes", report.plan().found().dump().bytes());
        line.put("backup", report.plan().found().file());
        new History(run.instance().stateDirectory()).append(line);
    }

    private static Map<String, Object> line(Run run, String subject, ExitCode exit, Duration took) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("at", run.clock().instant().truncatedTo(ChronoUnit.MILLIS).toString());
        line.put("job", "restore");
        line.put("subject", subject);
        line.put("exit", exit.code());
        line.put("seconds", took.toMillis() / 1000.0);
        return line;
    }
}
