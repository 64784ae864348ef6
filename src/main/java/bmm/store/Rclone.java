package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.process.Command;
import bmm.process.Inheritance;
import bmm.process.RunningCommand;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Runs the rclone program, reads its lists, and tells its errors. */
final class Rclone {
    /** Something that rclone lists: a path below what was listed. */
    record Entry(String path, boolean directory, long size, Instant modified) {}

    /**
     * How it comes by credentials.
     *
     * @param config its own configuration, if it is not where rclone looks for it
     * @param variables names of those of bmm's environment that it is given for its remotes
     */
    record Access(Optional<Path> config, List<String> variables) {}

    /** All of a listing is in memory. */
    private static final int MOST_FILES = 2_000_000;

    /** Each run is a process of some 50 MB. */
    private static final int AT_A_TIME = 4;

    private static final Duration CLEANING = Duration.ofSeconds(30);

    private static final int NO_DIRECTORY = 3;
    private static final int NO_FILE = 4;
    private static final int TEMPORARY_ERROR = 5;

    private static final Pattern TRANSIENT = Pattern.compile(
            "(?i)connection (refused|reset|closed)|timed? ?out|broken pipe|no such host|unexpected EOF|send request failed"
                    + "|SlowDown|ServiceUnavailable|InternalError|status code: 50[0234]|network is unreachable");

    /** What rclone is told in any case; a user's own RCLONE_ settings apply beside it. */
    private static final Map<String, String> ALWAYS = Map.of(
            "RCLONE_RETRIES", "1", // Attempts are counted in one place.
            "RCLONE_LOW_LEVEL_RETRIES", "3",
            "RCLONE_CONTIMEOUT", "10s",
            "RCLONE_TIMEOUT", "2m",
            "RCLONE_ASK_PASSWORD", "false",
            "RCLONE_S3_NO_CHECK_BUCKET", "true", // It would make a bucket that is missing.
            "RCLONE_USE_SERVER_MODTIME", "true", // Otherwise each object of a listing costs a request.
            "RCLONE_STATS", "0");

    private final String store;
    private final Access access;
    private final Semaphore slots = new Semaphore(AT_A_TIME);

    /** @param store its name, for messages */
    Rclone(String store, Access access) {
        this.store = store;
        this.access = access;
    }

    /** Starts it; the caller reads what it prints. */
    RunningCommand start(List<String> arguments, Map<String, String> environment) {
        return start(command(arguments, environment));
    }

    /** Starts it; the caller writes what it reads. */
    RunningCommand startFed(List<String> arguments) {
        return start(command(arguments, Map.of()).fedUnlessFile());
    }

    /** Removes a file, also while bmm is being stopped. */
    void cleanUp(String path) {
        Command command = command(List.of("deletefile", "--", path), Map.of())
                .forCleaningUp()
                .timeout(CLEANING);
        try (RunningCommand running = start(command)) {
            check("", running);
        }
    }

    private Command command(List<String> arguments, Map<String, String> environment) {
        List<String> words = new ArrayList<>(List.of("rclone"));
        words.addAll(arguments);
        Command command = Command.of(words).inheriting(Inheritance.RCLONE).inheriting(access.variables());
        ALWAYS.forEach(command::environment);
        environment.forEach(command::environment);
        access.config().ifPresent(file -> command.environment("RCLONE_CONFIG", file.toString()));
        return command;
    }

    private RunningCommand start(Command command) {
        try {
            return command.start();
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.STORE, store + ": rclone cannot be started: " + Failure.reason(e), "install rclone", e);
        }
    }

    /** Runs it to its end; what it prints is thrown away. */
    void run(String key, String... arguments) {
        inTurn(() -> {
            try (RunningCommand running =
                    start(command(List.of(arguments), Map.of()).silent())) {
                check(key, running);
                return true;
            }
        });
    }

    <T> T inTurn(Supplier<T> work) {
        slots.acquireUninterruptibly();
        try {
            return work.get();
        } finally {
            slots.release();
        }
    }

    /** What is directly in a directory. None if there is no such directory. */
    Optional<List<Entry>> list(String directory) {
        return list(directory, List.of());
    }

    /** All files below a directory. None if there is no such directory. */
    Optional<List<Entry>> listAll(String directory) {
        return list(directory, List.of("-R", "--files-only"));
    }

    private Optional<List<Entry>> list(String directory, List<String> options) {
        List<String> arguments = new ArrayList<>(List.of("lsjson", "--no-mimetype"));
        arguments.addAll(options);
        arguments.addAll(List.of("--", directory));
        // On S3 an object can have the name of the directory; without this it would be listed instead.
        return read(arguments, Map.of("RCLONE_S3_NO_HEAD_OBJECT", "true"), json -> {
            List<Entry> entries = new ArrayList<>();
            json.beginArray();
            while (json.hasNext()) {
                entries.add(entry(json));
                if (entries.size() > MOST_FILES) {
                    throw new IOException("more than " + MOST_FILES + " files");
                }
            }
            json.endArray();
            return entries;
        });
    }

    /** The file or directory at a path; on S3 a directory also stands for nothing at all. */
    Optional<Entry> stat(String path) {
        return read(List.of("lsjson", "--stat", "--no-mimetype", "--", path), Map.of(), Rclone::entry);
    }

    /** Whether the remote has a feature, as {@code rclone backend features} names it. */
    Map<String, Boolean> features(String root) {
        return read(List.of("backend", "features", "--", root), Map.of(), json -> {
                    Map<String, Boolean> features = new java.util.HashMap<>();
                    json.beginObject();
                    while (json.hasNext()) {
                        if (!json.nextName().equals("Features")) {
                            json.skipValue();
                            continue;
                        }
                        json.beginObject();
                        while (json.hasNext()) {
                            features.put(json.nextName(), json.nextBoolean());
                        }
                        json.endObject();
                    }
                    json.endObject();
                    return features;
                })
                .orElseThrow(() -> noRoot(root));
    }

    private interface Reading<T> {
        T of(JsonReader json) throws IOException;
    }

    private <T> Optional<T> read(List<String> arguments, Map<String, String> environment, Reading<T> reading) {
        return inTurn(() -> {
            try (RunningCommand running = start(arguments, environment);
                    InputStream output = running.output();
                    JsonReader json = new JsonReader(new InputStreamReader(output, StandardCharsets.UTF_8))) {
                T answer = null;
                IOException odd = null;
                try {
                    answer = reading.of(json);
                } catch (IOException | IllegalStateException | NumberFormatException | DateTimeParseException e) {
                    // What it printed before it failed; why is on its standard error.
                    odd = new IOException(e);
                }
                output.transferTo(OutputStream.nullOutputStream());
                int exit = RemoteShell.exit(running);
                if (exit == NO_DIRECTORY || exit == NO_FILE) {
                    return Optional.empty();
                }
                check("", running);
                if (answer == null) {
                    throw brokenOff("", "its list is not understood" + (odd == null ? "" : ": " + Failure.reason(odd)));
                }
                return Optional.of(answer);
            } catch (IOException e) {
                throw brokenOff("", Failure.reason(e));
            }
        });
    }

    private static Entry entry(JsonReader json) throws IOException {
        String path = "";
        boolean directory = false;
        long size = -1;
        Instant modified = Instant.EPOCH;
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "Path" -> path = json.nextString();
                case "IsDir" -> directory = json.nextBoolean();
                case "Size" -> size = json.nextLong();
                case "ModTime" -> modified = Instant.parse(json.nextString());
                default -> json.skipValue();
            }
        }
        json.endObject();
        if (!directory && size < 0) {
            throw new MalformedJsonException("the size of " + KeyText.shown(path) + " is not known");
        }
        return new Entry(path, directory, size, modified);
    }

    void check(String key, RunningCommand running) {
        int exit = RemoteShell.exit(running);
        if (exit != 0) {
            throw failure(key, exit, running.errors());
        }
    }

    Failure failure(String key, int exit, String errors) {
        String said = said(errors);
        if (said.contains("find section in config file")) {
            return new Failure(
                    ExitCode.STORE,
                    store + ": rclone knows no such remote",
                    "rclone listremotes shows those that it knows; BMM_RCLONE_CONFIG names another configuration");
        }
        if (exit == TEMPORARY_ERROR || TRANSIENT.matcher(errors).find()) {
            return brokenOff(key, said);
        }
        return new Failure(
                ExitCode.STORE,
                where(key) + (said.isEmpty() ? "rclone ended with exit status " + exit : said),
                Hint.of("try it by hand: rclone lsf ").name(store.substring("rclone:".length())));
    }

    /** From its last word on, without the time: {@code 2026/11/21 16:28:49 Failed to lsf: …}. */
    private static String said(String errors) {
        int last = errors.lastIndexOf("Failed to ");
        String said = last < 0 ? errors : errors.substring(last);
        return said.replaceFirst("(?s)^Failed to .*?: (last error was: )?", "")
                .lines()
                .map(line -> line.replaceFirst("^\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d ", "")
                        .strip())
                .collect(Collectors.joining("; "));
    }

    BrokenOff brokenOff(String key, String reason) {
        return new BrokenOff(where(key) + reason, "check the server behind the remote and the network to it", null);
    }

    Failure noRoot(String root) {
        return new Failure(
                ExitCode.STORE,
                store + ": " + root + " does not exist",
                "is it mounted? bmm never makes the root of a store; create it one time with rclone mkdir");
    }

    private String where(String key) {
        return store + ": " + (key.isEmpty() ? "" : KeyText.shown(key) + ": ");
    }
}
