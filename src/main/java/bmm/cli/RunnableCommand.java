package bmm.cli;

import bmm.base.ExitCode;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** A command that does something: it says what it may exit with, gives an example, and runs. */
abstract class RunnableCommand implements Callable<Integer> {
    @Mixin
    CommonOptions common = new CommonOptions();

    private @Nullable Surroundings process;

    void attach(Surroundings given) {
        process = given;
    }

    /** What it can exit with, beside what every command can. */
    abstract List<ExitCode> exitCodes();

    /** For the help; one command line per line. */
    abstract String example();

    /** Does the work and prints the result. */
    abstract ExitCode run(Run run) throws InterruptedException;

    /** How it tells of itself when nobody watches; null if only people run it. */
    @Nullable
    Unattended unattended() {
        return null;
    }

    /** What it exits with, where that is not how it ended. */
    ExitCode exit(ExitCode ended) {
        return ended;
    }

    @Override
    public Integer call() {
        return new Run(Objects.requireNonNull(process, "attached when it is made"), common)
                .execute(this)
                .code();
    }
}
