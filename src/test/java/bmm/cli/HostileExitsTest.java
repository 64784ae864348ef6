package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.base.HostileText;
import bmm.cli.Scene.Outcome;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What owners of databases, stores and servers put into names, fields and answers leaves bmm as text: every byte of standard
 * output, standard error, log file and state is looked through after real runs.
 */
class HostileExitsTest {
    /** As long as PostgreSQL allows, with an order to a terminal, a line, a priority and a mark of direction. */
    private static final String NAME = "<0>x\u001b]0;o\u0007\nFORGED ok\u009b2J\u202e\u200b'; touch pasted; '";

    @TempDir
    Path directory;

    /** Three forms of the log and both of the result. */
    private static List<Outcome> everyWay(Scene scene, String... command) {
        List<Outcome> outcomes = new ArrayList<>();
        for (String form : List.of("text", "logfmt", "json")) {
            outcomes.add(scene.run(with(command, "--log-format", form, "-v")));
        }
        outcomes.add(scene.run(with(command, "--json")));
        outcomes.forEach(outcome -> isHarmless(outcome, command));
        return outcomes;
    }

    private static String[] with(String[] command, String... more) {
        return Stream.concat(Stream.of(command), Stream.of(more)).toArray(String[]::new);
    }

    private static void isHarmless(Outcome outcome, String... command) {
        String all = outcome.out() + outcome.err();
        assertThat(HostileText.isHarmless(all))
                .as("%s: %s", String.join(" ", command), all)
                .isTrue();
        assertThat(all.lines())
                .as("%s", String.join(" ", command))
                .noneMatch(line -> line.strip().startsWith("FORGED") || line.startsWith("<") || line.startsWith("::"));
        assertThat(all).doesNotContain("Exception: null");
    }

    /** The files that people look into with cat and tail. */
    private static void stateIsHarmless(Scene scene) throws IOException {
        try (Stream<Path> files = Files.walk(scene.root.resolve("state"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(file, StandardCharsets.UTF_8);
                assertThat(HostileText.isHarmless(text))
                        .as("%s: %s", file, text)
                        .isTrue();
            }
        }
    }

    @Test
    void namesInAServerStayText() throws Exception {
        Scene scene = new Scene(directory);
        Path offSite = scene.offSite("off-site");
        Path log = directory.resolve("log");
        scene.set("BMM_LOG_FILE", log.toString()).set("BMM_STORE_OFF", "file://" + offSite);
        scene.server.createDatabase(NAME);
        String quoted = '"' + NAME + '"';
        String role = quoted;
        try (DrillPlace place = new DrillPlace(scene)) {
            assertThat(place.directory).isEmptyDirectory();
            scene.server.sql(
                    "postgres", "CREATE ROLE " + role + " LOGIN", "ALTER DATABASE " + quoted + " OWNER TO " + role);
            scene.server.sql(
                    NAME,
                    "CREATE SCHEMA " + quoted,
                    "CREATE TABLE " + quoted + "." + quoted + " AS SELECT 1 AS " + quoted,
                    "ALTER TABLE " + quoted + "." + quoted + " OWNER TO " + role);
            Outcome first = scene.set("BMM_DATABASES", "*").run("backup").isDone();
            isHarmless(first, "backup");
            everyWay(scene, "backup");
            everyWay(scene, "verify");
            everyWay(scene, "verify", "--from", "off", "--all");
            everyWay(scene, "doctor");
            everyWay(scene, "prune", "--dry-run");
            everyWay(scene, "restore", "--database", NAME, "--into", NAME.replace("ok", "no"), "--dry-run");
            everyWay(scene, "restore", "--database", "none" + NAME, "--dry-run");
            everyWay(scene, "restore", "--database", NAME, "--into", NAME, "--yes");
            everyWay(scene, "restore-drill", "--database", NAME).forEach(Outcome::isDone);
            everyWay(scene, "restore", "--from", NAME, "--dry-run");
            stateIsHarmless(scene);
            for (String file : scene.content().keySet()) {
                if (file.endsWith(".json")) {
                    assertThat(HostileText.isHarmless(Files.readString(scene.backups.resolve(file))))
                            .as(file)
                            .isTrue();
                }
            }
            assertThat(HostileText.isHarmless(Files.readString(log))).isTrue();
            assertThat(Files.readString(log).lines()).allMatch(line -> line.startsWith("ts=") || line.startsWith("{"));

            // A printed command brings it back, in a shell that knows $'…'.
            String command = first.out()
                    .lines()
                    .filter(line -> line.startsWith("restore:") && line.contains("x\\033"))
                    .map(line -> line.substring(line.indexOf(Scene.OR) + Scene.OR.length()))
                    .findFirst()
                    .orElseThrow();
            scene.server.dropDatabase(NAME);
            Restored.byShell("exec bash -c '" + command.replace("'", "'\\''") + "'", scene.directory("work"));
            Restored.holds(NAME, scene.newestManifest("%3C0"));
            assertThat(scene.directory("work").resolve("pasted")).doesNotExist();
        } finally {
            scene.server.dropDatabase(NAME);
            scene.server.sql("postgres", "DROP ROLE " + role);
        }
    }

    @Test
    void fieldsOfAManifestStayText() throws Exception {
        Scene scene = new Scene(directory);
        scene.server.createDatabase("app");
        Random random = new Random(9);
        try {
            scene.server.sql("app", "CREATE TABLE t AS SELECT 1 AS a");
            scene.backup("app").isDone();
            Path manifest = scene.only(".manifest.json");
            String original = Files.readString(manifest);
            int fields = texts(JsonParser.parseString(original), -1, "");
            assertThat(fields).isGreaterThan(20);
            for (int i = 0; i < fields; i++) {
                JsonElement changed = JsonParser.parseString(original);
                texts(changed, i, "x\u001b]0;o\u0007\nFORGED" + HostileText.next(random));
                Files.write(manifest, changed.toString().getBytes(StandardCharsets.UTF_8));
                for (String[] command : new String[][] {
                    {"restore", "--database", "app", "--into", "app2", "--dry-run"}, {"verify"}, {"prune", "--dry-run"}
                }) {
                    isHarmless(scene.run(with(command, "-v", "--log-format", "text")), command);
                    isHarmless(scene.run(with(command, "--json")), command);
                }
            }
            stateIsHarmless(scene);
        } finally {
            scene.server.dropDatabase("app");
        }
    }

    /** Counts the texts of a document, and replaces the one with this number. */
    private static int texts(JsonElement json, int wanted, String text) {
        int[] count = {0};
        replace(json, wanted, text, count);
        return count[0];
    }

    private static void replace(JsonElement json, int wanted, String text, int[] count) {
        if (json.isJsonArray()) {
            json.getAsJsonArray().forEach(one -> replace(one, wanted, text, count));
        } else if (json.isJsonObject()) {
            JsonObject object = json.getAsJsonObject();
            for (String key : List.copyOf(object.keySet())) {
                JsonElement value = object.get(key);
                if (value.isJsonPrimitive() && value.getAsJsonPrimitive().isString()) {
                    if (count[0]++ == wanted) {
                        object.add(key, new JsonPrimitive(text));
                    }
                } else {
                    replace(value, wanted, text, count);
                }
            }
        }
    }

    @Test
    void whatToolsAndHooksSayStaysText() throws Exception {
        Scene scene = new Scene(directory);
        Files.writeString(
                directory.resolve("said"), NAME + "\n\n<3>FORGED\u2028\u0085\n" + "\u001b[31m".repeat(50_000));
        scene.set("BMM_PRE_HOOK", "cat '" + directory.resolve("said") + "'");
        everyWay(scene, "backup");
        scene.unset("BMM_PRE_HOOK");
        scene.pgDump("cat '" + directory.resolve("said") + "' >&2; exit 1");
        scene.set("BMM_DATABASES", "postgres");
        for (Outcome outcome : everyWay(scene, "backup")) {
            assertThat(outcome.exit()).isEqualTo(2);
            assertThat(outcome.out() + outcome.err()).hasSizeLessThan(300_000);
        }
        stateIsHarmless(scene);
    }

    @Test
    void whatAProbedServerAnswersStaysText() throws Exception {
        Scene scene = new Scene(directory);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        Random random = new Random(11);
        server.createContext("/", exchange -> {
            byte[] body = new com.google.gson.Gson()
                    .toJson(java.util.Map.of("status", NAME + HostileText.next(random)))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Server", "x\u009b2J");
            exchange.sendResponseHeaders(exchange.getRequestURI().getPath().equals("/500") ? 500 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort();
            scene.set("BMM_UPTIME_ATTEMPTS", "1")
                    .set("BMM_UPTIME_REFERENCES", "none")
                    .set("BMM_PROBE_JSON", url + "/ json:$.status=ok")
                    .set("BMM_PROBE_BODY", url + "/500 body:ok")
                    .set(
                            "BMM_PROBE_CMD",
                            "cmd:cat '" + Files.writeString(directory.resolve("said"), NAME) + "'; exit 3")
                    .set("BMM_WEBHOOK_OPS", url + "/hook")
                    .set("HEALTHCHECKS_HEARTBEAT_URL", url + "/ping");
            for (int i = 0; i < 5; i++) {
                for (Outcome outcome : everyWay(scene, "uptime", "--dry-run")) {
                    assertThat(outcome.out().lines().count()).isIn(1L, 3L);
                }
                everyWay(scene, "uptime");
            }
            everyWay(scene, "notify", NAME, "--subject", NAME);
            everyWay(scene, "notify", "--test");
            stateIsHarmless(scene);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aCommandLineIsEchoedAsText() {
        Scene scene = new Scene(directory);
        for (String[] command : new String[][] {
            {NAME},
            {"--" + NAME},
            {"backup", NAME},
            {"backup", "--" + NAME},
            {"restore", "--jobs", NAME},
            {"restore", "--at", NAME},
            {"restore", "--dump", NAME.replace("\u0000", "")},
            {"verify", "--since", NAME},
            {"verify", NAME},
            {"uptime", NAME},
            {"mirror", NAME, NAME},
            {"mirror", "restore", NAME},
            {"doctor", NAME},
            {"backup", "--log-format", NAME},
            {"backup", "--instance", NAME},
            {"restore-drill", "--verify-record", NAME}
        }) {
            isHarmless(scene.run(command), command);
            isHarmless(scene.run(with(command, "--json", "-v")), command);
        }
    }

    @Test
    void settingsAreEchoedAsText() {
        for (String key : List.of(
                "PGPORT",
                "PGHOST",
                "BMM_STORE_X",
                "BMM_BACKUP_REMOTE",
                "BMM_DATABASES",
                "BMM_PROBE_A",
                "BMM_CHANNELS",
                "BMM_MAINTENANCE",
                "BMM_WEBHOOK_A",
                "BMM_WEBHOOK_A_STYLE",
                "BMM_PG_CONTAINER",
                "DATABASE_URL",
                "BMM_MIRROR_A",
                "BMM_" + NAME.replace("=", ""),
                "BMM_AGE_RECIPIENTS",
                "BMM_KEEP_WITHIN",
                "PGUSER")) {
            Scene scene = new Scene(directory).set(key, NAME);
            for (String command : List.of("backup", "doctor", "uptime", "mirror")) {
                isHarmless(scene.run(command, "-v"), command, key);
            }
        }
    }
}
