package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.base.Mallory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Root runs bmm where another user owns a directory, a file or a link. */
@Timeout(180)
class HostileHostTest {
    @TempDir
    Path directory;

    private Scene scene;
    private Path precious;

    @BeforeEach
    void setUp() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        scene = new Scene(directory);
        scene.server.sql("postgres", "DROP DATABASE IF EXISTS hostile", "CREATE DATABASE hostile");
        scene.server.sql("hostile", "CREATE TABLE t AS SELECT i FROM generate_series(1, 1000) i");
        precious = Files.writeString(directory.resolve("precious"), "precious");
        Files.setPosixFilePermissions(precious, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aLinkInPlaceOfTheLockIsLeftAlone() throws IOException {
        Mallory.arrives();
        Mallory.owns(scene.backups);
        Mallory.does("ln -s \"$2\" \"$1/.bmm.lock\"", scene.backups, precious);
        scene.backup("hostile").failed(78, "is a symbolic link, which bmm does not touch", "run bmm as that user");
        assertThat(precious).hasContent("precious");
    }

    @Test
    void aBackupDirectoryOfHersIsUsedWithAWarning() throws IOException {
        Mallory.arrives();
        Mallory.owns(scene.backups);
        assertThat(scene.backup("hostile").isDone().err()).contains("belongs to nobody");
        scene.run("verify").isDone();
        scene.set("BMM_DUMP_JOBS", "2");
        scene.backup("hostile").failed(9, "BMM_DUMP_JOBS above 1 needs a backup directory", "chown");
    }

    @Test
    void whatLeadsToTheBackupDirectoryIsNotHers() throws IOException {
        Mallory.arrives();
        Path hers = Mallory.owns(directory.resolve("hers"));
        scene.set(
                "BMM_BACKUP_DIR",
                Files.createDirectories(hers.resolve("backups")).toString());
        scene.backup("hostile")
                .failed(78, hers + " belongs to nobody and could lead root elsewhere", "run bmm as nobody");
    }

    @Test
    void theStateDirectoryIsNotHers() throws IOException {
        Mallory.arrives();
        Path hers = Mallory.owns(directory.resolve("hers"));
        scene.set("BMM_STATE_DIR", hers.toString());
        scene.backup("hostile").failed(78, "the state directory " + hers + " is not root's", "chown root " + hers);
        scene.set("BMM_STATE_DIR", hers.resolve("below").toString());
        scene.backup("hostile").failed(78, "is not root's", "BMM_STATE_DIR");
        assertThat(hers.toFile().list()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ln -s \"$2\" \"$1/bmm.log\"", "mkfifo \"$1/bmm.log\"", "touch \"$1/bmm.log\""})
    void theLogIsNotWrittenToWhatSheLeft(String trick) throws IOException {
        Mallory.arrives();
        Path open = scene.directory("open");
        Files.setAttribute(open, "unix:mode", 01777);
        Mallory.does(trick, open, precious);
        scene.set("BMM_LOG_FILE", open.resolve("bmm.log").toString());
        scene.backup("hostile").failed(78, "cannot open the log file", "BMM_LOG_FILE");
        assertThat(precious).hasContent("precious");
    }

    @Test
    void temporaryFilesAreNotPutIntoADirectoryOfHers() throws IOException {
        Mallory.arrives();
        scene.backup("hostile").isDone();
        scene.set("BMM_TEMP_DIR", Mallory.owns(directory.resolve("hers")).toString());
        scene.run("restore", "--database", "hostile", "--into", "hostile2", "--yes")
                .failed(9, "belongs to nobody", "BMM_TEMP_DIR");
    }

    @Test
    void leftoversAreRemovedWithoutFollowingWhatSheMadeOfThem() throws IOException {
        Mallory.arrives();
        Mallory.owns(scene.backups);
        Path ours = Files.createDirectories(directory.resolve("ours"));
        Files.createFile(ours.resolve("toc.dat"));
        Mallory.does(
                "cd \"$1\"; mkdir hostile-20261101T000000Z.dir.tar.partial.d; ln -s \"$2\""
                        + " hostile-20261101T000000Z.dir.tar.partial.d/x; ln -s \"$2\" hostile-20261102T000000Z.dir.tar.partial.d;"
                        + " ln -s \"$3\" hostile-20261103T000000Z.dump.partial",
                scene.backups,
                ours,
                precious);
        scene.backup("hostile").isDone();
        assertThat(ours.resolve("toc.dat")).exists();
        assertThat(precious).hasContent("precious");
        assertThat(scene.content().keySet()).noneMatch(name -> name.contains(".partial"));
    }

    @Test
    void whatSheLeftInTheTemporaryDirectoryStays() throws IOException {
        Mallory.arrives();
        Path tmp = scene.root.resolve("tmp");
        Files.setAttribute(tmp, "unix:mode", 01777);
        Path ours = Files.createDirectories(directory.resolve("ours"));
        Mallory.does(
                "cd \"$1\"; touch bmm-restore-a.lock; mkdir bmm-restore-a; ln -s \"$2\" bmm-restore-b;"
                        + " ln -s \"$3\" bmm-restore-b.lock; mkfifo bmm-restore-c.lock",
                tmp,
                ours,
                precious);
        scene.backup("hostile").isDone();
        scene.run("restore", "--database", "hostile", "--into", "hostile3", "--yes")
                .isDone();
        scene.server.sql("postgres", "DROP DATABASE hostile3");
        assertThat(tmp.resolve("bmm-restore-a")).exists();
        assertThat(precious).hasContent("precious");
        assertThat(ours).exists();
    }

    /** She exchanges what is being written for links while backups run: nothing outside changes. */
    @Test
    void sheNeverWinsTheRaceForTheDump() throws IOException {
        Mallory.arrives();
        Mallory.owns(scene.backups);
        Process swapping = Mallory.starts(
                "cd \"$1\"; while :; do for f in *.partial *.dump* .bmm.lock; do [ -e \"$f\" ] && [ ! -L \"$f\" ] && ln -sf"
                        + " \"$2\" .l && mv -f .l \"$f\"; done; done 2>/dev/null",
                scene.backups,
                precious);
        List<Integer> exits = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                exits.add(scene.backup("hostile").exit());
            }
        } finally {
            swapping.destroyForcibly();
        }
        assertThat(exits).as("none may be internal").doesNotContain(70);
        assertThat(precious).hasContent("precious");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(precious)))
                .isEqualTo("rw-------");
    }

    @ParameterizedTest
    @ValueSource(strings = {"000", "077"})
    void modesDoNotDependOnTheUmask(String mask) throws Exception {
        Path log = scene.directory("log").resolve("bmm.log");
        Path toFile = scene.directory("out").resolve("restored.dump");
        Path store = scene.offSite("off");
        scene.set("BMM_LOG_FILE", log.toString())
                .set("BMM_DATABASES", "hostile")
                .set("BMM_PROBE_X", "cmd:true");
        scene.set("BMM_UPTIME_REFERENCES", "none");
        for (String[] words : new String[][] {
            {"backup"},
            {"restore-drill"},
            {"restore", "--database", "hostile", "--to-file", toFile.toString()},
            {"uptime"},
            {"doctor", "file://" + store},
            {"mirror", "file://" + store, "file://" + scene.directory("mirrored")}
        }) {
            Child child = new Child(directory).umask(mask);
            scene.environment.forEach(child::set);
            assertThat(child.run(words)).as("%s: %s", words[0], child.said()).isIn(0, 78);
        }
        List<String> wrong = new ArrayList<>();
        for (Path top : List.of(
                scene.backups,
                scene.root.resolve("state"),
                scene.root.resolve("mirrored"),
                store,
                log.getParent(),
                toFile.getParent())) {
            try (Stream<Path> files = Files.walk(top)) {
                files.filter(file -> !file.equals(top) || top.endsWith("state")).forEach(file -> {
                    boolean isDirectory = Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
                    if (!mode(file).equals(isDirectory ? "rwx------" : "rw-------")) {
                        wrong.add(mode(file) + " " + file);
                    }
                });
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(toFile).exists();
    }

    private static String mode(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
