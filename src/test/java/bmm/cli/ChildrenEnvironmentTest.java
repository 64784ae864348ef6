package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command that starts programs, in a process whose environment is full of a marker: stand-ins write down what they
 * were given, and the marker is nowhere.
 */
@Timeout(240)
class ChildrenEnvironmentTest {
    private static final String MARKER = "marker-5e1f";

    /** Beside these a hundred that mean nothing. */
    private static final List<String> ODD = List.of(
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_CA_BUNDLE",
            "BASH_ENV",
            "ENV",
            "BMM_JAVA_OPTS",
            "CDPATH",
            "CREDENTIALS",
            "DOCKER_AUTH_CONFIG",
            "GCONV_PATH",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "IFS",
            "LC_MARKER",
            "LD_LIBRARY_PATH",
            "LOCPATH",
            "PERL5LIB",
            "PERL5OPT",
            "PGAPPNAME",
            "PGCLIENTENCODING",
            "PGDATABASE",
            "PGDATESTYLE",
            "PGGEQO",
            "PGHOSTADDR",
            "PGOPTIONS",
            "PGSYSCONFDIR",
            "PGTARGETSESSIONATTRS",
            "PGTZ",
            "PS4",
            "PSQLRC",
            "PYTHONPATH",
            "PYTHONSTARTUP",
            "RCLONE_DRY_RUN",
            "RCLONE_EXCLUDE",
            "RSYNC_PASSWORD",
            "RSYNC_RSH",
            "SSH_ASKPASS",
            "SSLKEYLOGFILE",
            "TAR_OPTIONS",
            "VAULT_TOKEN");

    @TempDir
    Path directory;

    private Scene scene;
    private Path seen;
    private Path bin;

    @BeforeEach
    void setUp() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        scene = new Scene(directory);
        seen = scene.directory("seen");
        Files.setAttribute(seen, "unix:mode", 01777);
        Files.setAttribute(scene.root.resolve("tmp"), "unix:mode", 01777);
        bin = scene.directory("stand-ins");
        scene.server.sql("postgres", "DROP DATABASE IF EXISTS children", "CREATE DATABASE children");
        scene.server.sql("children", "CREATE TABLE t AS SELECT 1 AS a");
    }

    @Test
    void noCommandHandsItOn() throws Exception {
        try (Stream<Path> tools = Files.list(scene.server.bin())) {
            for (Path tool : tools.toList()) {
                standIn(tool.getFileName().toString(), "exec '" + tool + "' \"$@\"");
            }
        }
        for (String program : List.of("rclone", "ssh", "rsync", "docker", "logger", "journalctl")) {
            standIn(program, "exit 9");
        }
        scene.set("BMM_PG_BIN", bin.toString()).set("PATH", bin + ":" + System.getenv("PATH"));
        scene.set("BMM_PRE_HOOK", "env >" + seen + "/hook.pre").set("BMM_POST_HOOK", "env >" + seen + "/hook.post");
        scene.set("BMM_DATABASES", "children");

        assertThat(run("backup")).as(said).isZero();
        assertThat(run("restore-drill")).as(said).isZero();
        assertThat(run("restore", "--database", "children", "--into", "children2", "--yes"))
                .as(said)
                .isZero();
        scene.server.sql("postgres", "DROP DATABASE IF EXISTS children2");
        run("mirror", "rclone:remote:path", "file://" + scene.directory("to"));
        run("mirror", "rsync:host:/path", "file://" + scene.directory("to"));
        run("list", "--from", "rclone:remote:path");
        scene.set("BMM_PROBE_X", "cmd:env >" + seen + "/probe").set("BMM_UPTIME_REFERENCES", "none");
        run("uptime");
        run("notify", "--message", "x");
        run("doctor");
        scene.set("BMM_PG_CONTAINER", "none");
        run("backup");

        TreeMap<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.list(seen)) {
            for (Path file : files.toList()) {
                found.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        Set<String> programs = found.keySet().stream()
                .map(name -> name.replaceFirst("\\..*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(programs).contains("pg_dump", "pg_restore", "rclone", "ssh", "docker", "hook", "probe");
        found.forEach((program, environment) ->
                assertThat(environment).as("environment of %s", program).doesNotContain(MARKER));
    }

    @Test
    void hooksGetWhatIsNamed() throws Exception {
        scene.set("BMM_DATABASES", "children")
                .set("BMM_PRE_HOOK", "env >" + seen + "/hook")
                .set("BMM_HOOK_ENV", "VAULT_TOKEN, NOT_SET");
        assertThat(run("backup")).as(said).isZero();
        assertThat(seen.resolve("hook"))
                .content()
                .contains("VAULT_TOKEN=" + MARKER, "BMM_INSTANCE=bmm", "BMM_OUTCOME=0")
                .doesNotContain("NOT_SET", "AWS_", "PGPASSWORD");
    }

    private String said = "";

    private int run(String... words) throws IOException, InterruptedException {
        Child child = new Child(directory);
        scene.environment.forEach(child::set);
        ODD.forEach(name -> child.set(name, name.equals("LD_LIBRARY_PATH") ? "/" + MARKER : MARKER));
        for (int i = 0; i < 100; i++) {
            child.set("ODD_" + i, MARKER);
        }
        int exit = child.run(words);
        said = child.said();
        return exit;
    }

    private void standIn(String program, String then) throws IOException {
        Path file = Files.writeString(
                bin.resolve(program), "#!/bin/sh\nenv >\"" + seen + "/" + program + ".$$\"\n" + then + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
