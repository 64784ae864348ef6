package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.base.Instance;
import bmm.base.Settings;
import bmm.catalog.Manifest;
import bmm.catalog.ManifestFile;
import bmm.catalog.ManifestKeys;
import bmm.catalog.SigningKey;
import bmm.postgres.ScratchServer;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Directories and settings of one test, and bmm run on them within this JVM. Every run is an hour after the last. */
final class Scene {
    /** Between the two commands of a line that says how to restore. */
    static final String OR = "     or     ";

    static final Instant BEGIN = Instant.parse("2026-11-21T03:15:00Z");

    final ScratchServer server;
    final Path root;
    final Path backups;
    final Map<String, String> environment = new TreeMap<>();
    Instant now = BEGIN;

    Scene(Path root) {
        this(root, ScratchServer.get());
    }

    Scene(Path root, ScratchServer server) {
        this.server = server;
        this.root = root;
        this.backups = directory("backups");
        set("PGHOST", server.socketDirectory());
        set("PGPORT", String.valueOf(server.port()));
        set("PGUSER", "postgres");
        set("BMM_PG_BIN", server.bin().toString());
        set("BMM_BACKUP_DIR", backups.toString());
        set("BMM_STATE_DIR", root.resolve("state").toString());
        set("BMM_TEMP_DIR", directory("tmp").toString());
        set("BMM_MIN_FREE", "0");
        set("PATH", System.getenv("PATH"));
        set("HOME", directory("home").toString());
    }

    Scene set(String key, String value) {
        environment.put(key, value);
        return this;
    }

    Scene unset(String key) {
        environment.remove(key);
        return this;
    }

    /** A new directory of this test. */
    Path directory(String name) {
        try {
            return Files.createDirectories(root.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An off-site store in a directory; it is the setting as well. */
    Path offSite(String name) {
        Path directory = directory(name);
        set("BMM_BACKUP_REMOTE", "file://" + directory);
        return directory;
    }

    /** The server's programs, some of them replaced by shell scripts; {@code $REAL} in them is the real directory. */
    Scene tools(Map<String, String> scripts) {
        Path directory = directory("bin");
        try {
            for (String tool : List.of("pg_dump", "pg_dumpall", "pg_restore", "psql")) {
                Path file = directory.resolve(tool);
                Files.deleteIfExists(file);
                String script = scripts.get(tool);
                if (script == null) {
                    Files.createSymbolicLink(file, server.bin().resolve(tool));
                } else if (!script.isEmpty()) {
                    Files.writeString(file, "#!/bin/sh\nREAL='" + server.bin() + "'\n" + script + "\n");
                    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return set("BMM_PG_BIN", directory.toString());
    }

    /** A pg_dump that tells its real version and otherwise runs this script. */
    Scene pgDump(String script) {
        return tools(
                Map.of("pg_dump", "if [ \"$1\" = --version ]; then exec \"$REAL/pg_dump\" --version; fi\n" + script));
    }

    Outcome run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try {
            // So that no env file of this machine is read.
            Path none = root.resolve("none.env");
            if (!Files.exists(none)) {
                Files.createFile(none);
            }
            String[] words = Stream.concat(Stream.of(arguments), Stream.of("--env-file", none.toString()))
                    .toArray(String[]::new);
            int exit = new Bmm(print(out), print(err), environment, Clock.fixed(now, ZoneOffset.UTC)).run(words);
            now = now.plus(Duration.ofHours(1));
            return new Outcome(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8), this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    /** {@code bmm backup} of some databases, separated by commas. */
    Outcome backup(String databases) {
        return set("BMM_DATABASES", databases).run("backup");
    }

    /** What is in a directory and below, by relative path, with a hash of each file; the lock is left out. */
    static Map<String, String> content(Path directory) {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = directory.relativize(file).toString();
                if (!name.equals(".bmm.lock")) {
                    byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
                    found.put(name, HexFormat.of().formatHex(hash));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        return found;
    }

    Map<String, String> content() {
        return content(backups);
    }

    /** Whether a name ends so. What bmm compresses of an older server, pg_dump does itself from PostgreSQL 16 on. */
    static boolean ends(String name, String ending) {
        return name.endsWith(ending) || name.endsWith(ending.replace(".dump.zst", ".dump"));
    }

    /** The file in the backup directory that ends so; there must be one. */
    Path only(String ending) {
        List<String> names =
                content().keySet().stream().filter(name -> ends(name, ending)).toList();
        assertThat(names)
                .as("files that end in %s of %s", ending, content().keySet())
                .hasSize(1);
        return backups.resolve(names.getFirst());
    }

    /** The newest manifest of the backup directory. */
    Manifest manifest() {
        return newestManifest("");
    }

    /** The newest one of the databases whose names begin so. */
    Manifest newestManifest(String database) {
        String newest = content().keySet().stream()
                .filter(name -> name.startsWith(database) && name.endsWith(".manifest.json"))
                .max(String::compareTo)
                .orElseThrow(() -> new AssertionError("no manifest"));
        return manifest(backups.resolve(newest));
    }

    /** Changes a manifest as its maker could have, who signs it as it is then. */
    void edit(Path manifest, UnaryOperator<String> change) {
        try {
            Files.writeString(manifest, change.apply(Files.readString(manifest)));
            sign(manifest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Signs a manifest as it is. */
    void sign(Path manifest) throws IOException {
        Instance instance = new Instance("bmm", backups, Path.of(environment.get("BMM_STATE_DIR")), false);
        SigningKey key = ManifestKeys.of(Settings.load(Map.of(), environment, List.of()), instance)
                .signing()
                .orElseThrow();
        Files.write(
                manifest.resolveSibling(manifest.getFileName() + ".sig"),
                ManifestFile.of(Files.readAllBytes(manifest), null).signatureBy(key));
    }

    static Manifest manifest(Path file) {
        try {
            return Manifest.parse(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a run printed and returned. */
    record Outcome(int exit, String out, String err, Scene scene) {
        Outcome isDone() {
            assertThat(exit).as("%s%s", out, err).isZero();
            return this;
        }

        /** One failure: the code, one line that says this, a hint that says that, and nothing half-written. */
        Outcome failed(int code, String message, String hint) {
            assertThat(exit).as("%s%s", out, err).isEqualTo(code);
            assertThat(errors())
                    .as(err)
                    .anySatisfy(line -> assertThat(line)
                            .containsIgnoringCase(message)
                            .contains(" hint=")
                            .contains(hint)
                            .contains(" exit=" + code));
            assertThat(err).doesNotContain("Exception").doesNotContain("\tat ");
            assertThat(err.lines()).allMatch(line -> line.startsWith("time=") || line.startsWith("ts="));
            assertThat(content(scene.backups).keySet()).noneMatch(name -> name.contains(".partial"));
            return this;
        }

        List<String> errors() {
            return err.lines().filter(line -> line.contains(" level=error ")).toList();
        }

        JsonObject json() {
            return JsonParser.parseString(out).getAsJsonObject();
        }

        /** The commands without bmm that the run printed for restoring, in order. */
        List<String> restoreCommands() {
            return out.lines()
                    .filter(line -> line.startsWith("restore:"))
                    .map(line -> line.substring(line.indexOf(OR) + OR.length()))
                    .toList();
        }
    }
}
