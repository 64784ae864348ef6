package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.process.Command;
import bmm.process.RunningCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings a dump back into one database that exists: with pg_restore, or statement by statement where the dump is SQL text.
 * Unlike the tool itself it knows one good outcome only: whatever that passes over ("errors ignored on restore") is a failure.
 */
public final class PgRestore {
    /** What to restore. */
    public sealed interface Input {
        /** A custom-format archive on disk, which several jobs can read at once. */
        record CustomFile(Path file) implements Input {}

        /** A directory-format archive on disk, which several jobs can read at once. */
        record Directory(Path directory) implements Input {}

        /** A custom-format archive, read once from its beginning to its end: always one job. */
        record CustomStream(InputStream stream) implements Input {}

        /** SQL text. That it was cut between two statements goes unnoticed: the caller looks for the last line. */
        record Plain(InputStream stream) implements Input {}
    }

    /** What pg_restore is told by an option without a value. */
    public enum Flag {
        /** Everything belongs to the role that restores. */
        NO_OWNER("--no-owner"),
        /** No GRANT and no REVOKE. */
        NO_PRIVILEGES("--no-privileges"),
        /** Everything lies in the database's own tablespace. */
        NO_TABLESPACES("--no-tablespaces"),
        /** Drops first what will be made again, where it is there. */
        CLEAN("--clean"),
        /** Stops at the first error rather than name them all. */
        EXIT_ON_ERROR("--exit-on-error"),
        /** All or nothing; pg_restore does it with one job only. */
        SINGLE_TRANSACTION("--single-transaction");

        private final String argument;

        Flag(String argument) {
            this.argument = argument;
        }
    }

    /** The three parts of an archive, to be restored in this order (PostgreSQL manual, pg_restore, {@code --section}). */
    public enum Section {
        /** What tables need before they can be filled, and the tables. */
        PRE_DATA("--section=pre-data"),
        /** Rows, large objects, and where sequences stand. */
        DATA("--section=data"),
        /** Indexes, constraints, triggers, rules: what is faster once the rows are there. */
        POST_DATA("--section=post-data");

        final String argument;

        Section(String argument) {
            this.argument = argument;
        }
    }

    /**
     * How to restore.
     *
     * @param jobs parallel workers, where the input allows
     * @param section the only part to restore; null for all
     * @param owners how the owners of tables come to fill them, of the section {@link Section#DATA} or of a dump in SQL text,
     *     each through as many sessions as there are jobs; null where the role that restores does
     * @param useList a file that names the entries to restore, see {@link ArchivePart#useList}; null for all
     * @param timeout after which the restore is stopped
     * @param settings of the server, {@code name=value}, for the sessions that restore
     * @param progress told what is being restored, from another thread
     */
    public record Options(
            int jobs,
            @Nullable Section section,
            @Nullable Owners owners,
            Set<Flag> flags,
            @Nullable Path useList,
            Duration timeout,
            List<String> settings,
            Consumer<String> progress) {
        /** Everything as it was, with one job. */
        public static final Options DEFAULTS =
                new Options(1, null, null, Set.of(), null, Duration.ofDays(365), List.of(), line -> {});

        public Options withJobs(int number) {
            return new Options(number, section, owners, flags, useList, timeout, settings, progress);
        }

        public Options only(Section part) {
            return new Options(jobs, part, owners, flags, useList, timeout, settings, progress);
        }

        /** Tables are filled by their owners. */
        public Options by(Owners they) {
            return new Options(jobs, section, they, flags, useList, timeout, settings, progress);
        }

        public Options with(Flag... more) {
            Set<Flag> all = new TreeSet<>(flags);
            all.addAll(List.of(more));
            return new Options(jobs, section, owners, Set.copyOf(all), useList, timeout, settings, progress);
        }

        public Options only(Path list) {
            return new Options(jobs, section, owners, flags, list, timeout, settings, progress);
        }

        public Options within(Duration limit) {
            return new Options(jobs, section, owners, flags, useList, limit, settings, progress);
        }

        /** Such as {@code maintenance_work_mem=1GB}. */
        public Options withSettings(List<String> some) {
            return new Options(jobs, section, owners, flags, useList, timeout, List.copyOf(some), progress);
        }

        public Options telling(Consumer<String> listener) {
            return new Options(jobs, section, owners, flags, useList, timeout, settings, listener);
        }
    }

    private static final List<String> AS_TEXT = List.of("--verbose", "--file=-", Section.DATA.argument);

    private final PgTools tools;
    private final String database;
    private final Options options;
    private final String applicationName;
    private final RestoreErrors errors;

    private PgRestore(PgTools tools, String database, Options options) {
        this.tools = tools;
        this.database = database;
        this.options = options;
        // It names a directory in a container, too, so nobody may know it beforehand.
        this.applicationName = "bmm-restore-" + UUID.randomUUID();
        this.errors = new RestoreErrors(database, tools.major(), options.progress());
    }

    /**
     * Restores into a database that exists.
     *
     * @throws RestoreFailure {@link ExitCode#RESTORE} unless everything was restored without an error
     * @throws Failure {@link ExitCode#VERIFICATION} if a stream cannot be read to its end
     */
    public static void run(PgTools tools, String database, Input input, Options options) throws InterruptedException {
        new PgRestore(tools, database, options).run(input);
    }

    private void run(Input input) throws InterruptedException {
        DataRestore data = new DataRestore(tools, database, applicationName, options, errors);
        if (options.owners() != null && options.section() == Section.DATA) {
            readData(input, data);
            return;
        }
        switch (input) {
            case Input.Plain plain -> data.plain(plain.stream());
            case Input.CustomStream custom -> runStream(custom.stream());
            case Input.CustomFile custom -> runFile(custom.file());
            case Input.Directory directory -> runDirectory(directory.directory());
        }
    }

    private void runStream(InputStream stream) throws InterruptedException {
        if (tools.container().isEmpty() || options.useList() == null) {
            feed(pgRestore(List.of(), false), stream);
        } else {
            feed(unpacked("cat >\"$input/archive\"", "/archive", arguments(true)), stream);
        }
    }

    private void runFile(Path file) throws InterruptedException {
        if (tools.container().isEmpty()) {
            finish(pgRestore(List.of(file.toString()), true));
        } else if (options.useList() != null) {
            try (InputStream in = Files.newInputStream(file)) {
                runStream(in);
            } catch (IOException e) {
                throw unreadable(file, e);
            }
        } else if (options.jobs() == 1) {
            finish(pgRestore(List.of(), false).input(file));
        } else {
            finish(unpacked("cat >\"$input/archive\"", "/archive", arguments(true))
                    .input(file));
        }
    }

    private void runDirectory(Path directory) throws InterruptedException {
        if (tools.container().isEmpty()) {
            finish(pgRestore(List.of(directory.toString()), true));
            return;
        }
        try (RunningCommand packing = pack(directory).start()) {
            feed(unpacked("tar -xf - -C \"$input\"", "", arguments(true)), packing.output());
        } catch (IOException e) {
            throw cannotStart("tar", e);
        }
    }

    private Command pack(Path directory) {
        return Command.of("tar", "-cf", "-", "-C", directory.toString(), ".").timeout(options.timeout());
    }

    /** Has pg_restore write the data as SQL text instead of restoring it. */
    private void readData(Input input, DataRestore data) throws InterruptedException {
        boolean here = tools.container().isEmpty();
        switch (input) {
            case Input.CustomStream custom -> data.archive(writingData(""), custom.stream());
            case Input.CustomFile custom
            when here -> data.archive(writingData(custom.file().toString()), InputStream.nullInputStream());
            case Input.CustomFile custom -> {
                try (InputStream in = Files.newInputStream(custom.file())) {
                    data.archive(writingData(""), in);
                } catch (IOException e) {
                    throw unreadable(custom.file(), e);
                }
            }
            case Input.Directory directory
            when here -> data.archive(writingData(directory.directory().toString()), InputStream.nullInputStream());
            case Input.Directory directory -> {
                try (RunningCommand packing = pack(directory.directory()).start()) {
                    data.archive(unpacked("tar -xf - -C \"$input\"", "", AS_TEXT), packing.output());
                } catch (IOException e) {
                    throw cannotStart("tar", e);
                }
            }
            case Input.Plain plain -> throw new IllegalArgumentException("SQL text has no sections");
        }
    }

    private Command writingData(String archive) {
        List<String> arguments = new ArrayList<>(AS_TEXT);
        if (!archive.isEmpty()) {
            arguments.add(archive);
        }
        return restoring(tools.command("pg_restore", database, applicationName, arguments));
    }

    private Command pgRestore(List<String> archive, boolean randomAccess) {
        List<String> arguments = arguments(randomAccess);
        arguments.addAll(archive);
        return restoring(tools.command("pg_restore", database, applicationName, arguments));
    }

    /** Unpacks its input inside the container, behind the list if there is one, and takes it away again however it ends. */
    private Command unpacked(String unpack, String path, List<String> arguments) {
        Path list = options.useList();
        // One byte at a time: nothing else reads exactly so much, and leaves the rest to what comes after it.
        String takeList = list == null
                ? ""
                : "dd of=\"$input.list\" bs=1 count=" + list.toFile().length() + " 2>/dev/null";
        String useList = list == null ? "" : "--use-list=\"$input.list\"";
        String script =
                """
                set -e
                input=%s
                trap 'rm -rf "$input" "$input.list"' EXIT
                trap 'exit 143' HUP INT PIPE TERM
                mkdir -m 0700 "$input"
                %s
                %s
                pg_restore "$@" %s "$input%s"
                """.formatted(Container.temporary("$" + PgTools.APPLICATION_NAME), takeList, unpack, useList, path);
        return restoring(tools.script(script, database, applicationName, arguments));
    }

    private List<String> arguments(boolean randomAccess) {
        List<String> arguments = new ArrayList<>(List.of("--no-password", "--verbose"));
        arguments.add("--dbname=" + connectionString());
        if (randomAccess && options.jobs() > 1 && !options.flags().contains(Flag.SINGLE_TRANSACTION)) {
            arguments.add("--jobs=" + options.jobs());
        }
        options.flags().stream().sorted().forEach(flag -> arguments.add(flag.argument));
        Section section = options.section();
        if (section != null) {
            arguments.add(section.argument);
        }
        if (options.flags().contains(Flag.CLEAN)) {
            arguments.add("--if-exists");
        }
        if (options.useList() != null && tools.container().isEmpty()) {
            arguments.add("--use-list=" + options.useList());
        }
        return arguments;
    }

    /** pg_restore wants its database named, and takes some names for connection strings. */
    private String connectionString() {
        return "dbname='" + database.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private Command restoring(Command command) {
        tools.serverSettings(command, options.settings());
        return command.timeout(options.timeout()).onErrorLine(errors);
    }

    private void finish(Command command) throws InterruptedException {
        feed(command, InputStream.nullInputStream());
    }

    /** Runs it to its end, writing the bytes to its standard input unless that is a file. */
    private void feed(Command command, InputStream from) throws InterruptedException {
        boolean done = false;
        try (RunningCommand running = command.silent().fedUnlessFile().start();
                InputStream input = behindList(from)) {
            RestoreFeed feed = RestoreFeed.start(input, running);
            int exit = running.waitFor();
            feed.check(database);
            errors.check(running, exit, options.timeout());
            done = true;
        } catch (IOException e) {
            throw cannotStart(command.program(), e);
        } finally {
            if (!done) {
                PgDump.endInside(tools, database, applicationName);
            }
        }
    }

    /** Inside a container the list comes first. */
    private InputStream behindList(InputStream from) throws IOException {
        Path list = options.useList();
        return list == null || tools.container().isEmpty()
                ? from
                : new SequenceInputStream(Files.newInputStream(list), from);
    }

    private static Failure unreadable(Path file, IOException e) {
        return new Failure(
                ExitCode.VERIFICATION,
                file + " cannot be read: " + Failure.reason(e),
                "check the disk it is on; take another copy of this backup",
                e);
    }

    static Failure cannotStart(String program, IOException e) {
        return new Failure(
                ExitCode.PREFLIGHT,
                "cannot run " + program + ": " + Failure.reason(e),
                "it must be beside pg_dump; check BMM_PG_BIN",
                e);
    }
}
