package bmm.process;

import bmm.base.Failure;
import bmm.base.Stopping;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A program that was started. Closing it stops it, if it has not ended by itself. */
public final class RunningCommand implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningCommand.class);
    private static final int ERROR_LINES_KEPT = 25;
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final String program;
    private final Process process;
    private final Consumer<String> errorLines;
    private final Deque<String> lastErrors = new ArrayDeque<>();
    private final Thread errorReader;
    private final Thread watchdog;
    private final Stopping.Registration registration;
    private volatile boolean timedOut;
    private volatile boolean stopped;

    RunningCommand(String program, Process process, Duration timeout, boolean stoppable, Consumer<String> errorLines) {
        this.program = program;
        this.process = process;
        this.errorLines = errorLines;
        this.errorReader = Thread.ofVirtual().name(program + "-stderr").start(this::readErrors);
        this.watchdog = Thread.ofVirtual().name(program + "-timeout").start(() -> stopAfter(timeout));
        this.registration = stoppable ? Stopping.register(this::kill) : () -> {};
    }

    /** The child's standard output; empty where that is thrown away. */
    public InputStream output() {
        return process.getInputStream();
    }

    /** The child's standard input, where the caller said that it feeds it. */
    public OutputStream input() {
        return process.getOutputStream();
    }

    /** Waits for the end and returns the exit status; 128 + n where signal n ended it. */
    public int waitFor() throws InterruptedException {
        int exit = process.waitFor();
        // A grandchild may hold stderr open; its lines are not worth waiting for.
        errorReader.join(Duration.ofSeconds(2));
        return exit;
    }

    /** Asks it and what it started to end, without waiting; what they have written can still be read. */
    public void kill() {
        stopped = true;
        // It first: a shell whose child ends goes on to its next command, and may then say that all went well.
        List<ProcessHandle> children = process.descendants().toList();
        // Process.destroy would close the streams under the threads that read them.
        process.toHandle().destroy();
        children.forEach(ProcessHandle::destroy);
    }

    /** Its number, as the operating system has it. */
    public long pid() {
        return process.pid();
    }

    /** Whether it is no longer running. */
    public boolean hasEnded() {
        return !process.isAlive();
    }

    /** Whether it was stopped because it took too long. */
    public boolean timedOut() {
        return timedOut;
    }

    /** Whether it was told to end before its time: then its exit status means nothing (docker exec gives 0). */
    public boolean wasStopped() {
        return stopped;
    }

    /** The last 25 lines of its standard error so far. */
    public String errors() {
        synchronized (lastErrors) {
            return String.join("\n", lastErrors);
        }
    }

    /** The line of standard error that says most: the last one with an error in it, or the last. */
    public String lastError() {
        String last = "";
        String telling = "";
        for (String line : errors().split("\n", -1)) {
            last = line.isBlank() ? last : line;
            telling = line.contains("rror:") || line.contains("FATAL") ? line : telling;
        }
        return (telling.isEmpty() ? last : telling).strip();
    }

    private void readErrors() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                errorLines.accept(line);
                synchronized (lastErrors) {
                    lastErrors.addLast(line);
                    if (lastErrors.size() > ERROR_LINES_KEPT) {
                        lastErrors.removeFirst();
                    }
                }
            }
        } catch (IOException e) {
            // The child was stopped while it was writing; what it said so far is kept.
            LOG.atDebug().addKeyValue("program", program).log("its errors end early: {}", Failure.reason(e));
        }
    }

    private void stopAfter(Duration timeout) {
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                timedOut = true;
                stop();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks it to end, and makes it end after five seconds. */
    private void stop() throws InterruptedException {
        kill();
        if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            process.waitFor();
        }
    }

    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            if (process.isAlive()) {
                stop();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            interrupted = true;
        } finally {
            watchdog.interrupt();
            registration.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
