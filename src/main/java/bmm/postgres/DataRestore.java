package bmm.postgres;

import bmm.process.Command;
import bmm.process.RunningCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Restores the data of an archive, each table through several sessions at once: pg_restore reads the archive and writes it
 * as SQL text, from which rows go to the sessions in turns, and all else to psql. Where sequences stand does not depend on
 * rows, so that the two need not wait for each other.
 */
final class DataRestore {
    private final PgTools tools;
    private final String database;
    private final String applicationName;
    private final PgRestore.Options options;
    private final RestoreErrors errors;
    private final Command psql;

    /** @param psql reads statements from its standard input, and stops at the first that fails */
    DataRestore(
            PgTools tools,
            String database,
            String applicationName,
            PgRestore.Options options,
            RestoreErrors errors,
            Command psql) {
        this.tools = tools;
        this.database = database;
        this.applicationName = applicationName;
        this.options = options;
        this.errors = errors;
        this.psql = psql;
    }

    void run(PgRestore.Input input) throws InterruptedException {
        switch (input) {
            case PgRestore.Input.CustomFile custom ->
                run(List.of(custom.file().toString()), InputStream.nullInputStream());
            case PgRestore.Input.Directory directory ->
                run(List.of(directory.directory().toString()), InputStream.nullInputStream());
            case PgRestore.Input.CustomStream custom -> run(List.of(), custom.stream());
            case PgRestore.Input.Plain plain -> throw new IllegalArgumentException("SQL text has no sections");
        }
    }

    private void run(List<String> archive, InputStream from) throws InterruptedException {
        boolean done = false;
        try (RunningCommand text = reading(archive).start();
                RunningCommand statements = psql.silent().fedUnlessFile().start();
                ParallelCopy copy =
                        ParallelCopy.open(tools.server(), database, options.sessions(), options.timeout())) {
            RestoreFeed feed = RestoreFeed.start(from, text);
            try (OutputStream out = statements.input()) {
                new DataScript(text.output(), out, copy).play();
            } catch (ParallelCopy.Refused e) {
                throw errors.refused(String.valueOf(e.getMessage()));
            } catch (ParallelCopy.TooSlow e) {
                throw errors.tooSlow(options.timeout());
            } catch (IOException e) {
                // One of the two programs ended too early, and says why.
                text.kill();
            }
            errors.check(statements, statements.waitFor(), options.timeout());
            int exit = text.waitFor();
            feed.check(database);
            errors.check(text, exit, options.timeout());
            done = true;
        } catch (IOException e) {
            throw PgRestore.cannotStart("pg_restore", e);
        } finally {
            if (!done) {
                PgDump.endInside(tools, database, applicationName);
            }
        }
    }

    private Command reading(List<String> archive) {
        List<String> arguments = new ArrayList<>(List.of("--verbose", "--file=-", PgRestore.Section.DATA.argument));
        arguments.addAll(archive);
        return tools.command("pg_restore", database, applicationName, arguments)
                .timeout(options.timeout())
                .onErrorLine(errors)
                .fedUnlessFile();
    }
}
