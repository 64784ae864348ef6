package bmm.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever anybody writes into a manifest, a record or the history is taken as possible or refused in one line. */
final class ManifestFuzzTest {
    private static final int ROUNDS = 10_000;

    @TempDir
    Path directory;

    private static final List<JsonElement> VALUES = List.of(
            JsonNull.INSTANCE,
            new JsonPrimitive(true),
            new JsonPrimitive(-1),
            new JsonPrimitive(0),
            new JsonPrimitive(Long.MAX_VALUE),
            new JsonPrimitive(Long.MIN_VALUE),
            new JsonPrimitive(new BigDecimal("1e99999")),
            new JsonPrimitive(new BigDecimal("99999999999999999999999")),
            new JsonPrimitive(0.5),
            new JsonPrimitive(""),
            new JsonPrimitive("9".repeat(1_000_000)),
            new JsonPrimitive("\u001b]0;owned\u0007"),
            new JsonPrimitive("\ud800"),
            new JsonPrimitive("a\0b"),
            new JsonPrimitive("../../etc/passwd"),
            new JsonPrimitive("app-20261121T031500Z.dump.zst/../x"),
            new JsonPrimitive("+1000000000-12-31T23:59:59.999999999Z"),
            new JsonPrimitive("-1000000000-01-01T00:00:00Z"),
            new JsonPrimitive("2026-13-45T99:99:99Z"),
            new JsonPrimitive("NaN"),
            new JsonArray(),
            new JsonObject());

    private static JsonObject genuine() {
        return JsonParser.parseString(new String(
                        GenuineManifest.of("app", "2026-11-21T03:15:00Z").toJson(), StandardCharsets.UTF_8))
                .getAsJsonObject();
    }

    /** Everything that is later computed from a manifest, so that what passes is shown to be usable. */
    private static void use(StoredManifest stored) {
        assertThat(BackupName.parse(stored.dumpFile().file())).isPresent();
        assertThat(stored.instance()).isNotEmpty();
        assertThat(stored.toJson()).isNotEmpty();
        assertThat(stored.isEncrypted()).isIn(true, false);
        if (stored instanceof Manifest manifest) {
            assertThat(manifest.fingerprint().rows()).isNotNegative();
            assertThat(Duration.between(manifest.started(), Instant.parse(manifest.finishedAt()))
                            .multipliedBy(2))
                    .isNotNull();
            assertThat(manifest.database().extensions().keySet()).doesNotContainNull();
            assertThat(manifest.verified().contains("archive")).isIn(true, false);
        }
    }

    /** Returns whether it was taken. */
    private static boolean isTaken(byte[] json) {
        StoredManifest stored;
        try {
            stored = ManifestFile.of(json, null).content();
        } catch (IOException e) {
            assertThat(e.getMessage()).hasLineCount(1).hasSizeLessThan(1000).doesNotContain("\u001b");
            return false;
        }
        use(stored);
        return true;
    }

    @Test
    void bytes() {
        byte[] json = genuine().toString().getBytes(StandardCharsets.UTF_8);
        assertThat(isTaken(json)).isTrue();
        Random random = new Random(1);
        for (int i = 0; i < ROUNDS; i++) {
            byte[] mutated = json.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            isTaken(mutated);
        }
    }

    @Test
    void members() {
        List<List<String>> paths = new ArrayList<>();
        paths(genuine(), List.of(), paths);
        int refused = 0;
        for (List<String> path : paths) {
            for (JsonElement value : VALUES) {
                JsonObject json = genuine();
                set(json, path, value);
                refused += isTaken(json.toString().getBytes(StandardCharsets.UTF_8)) ? 0 : 1;
            }
            JsonObject without = genuine();
            set(without, path, null);
            isTaken(without.toString().getBytes(StandardCharsets.UTF_8));
        }
        assertThat(paths).hasSizeGreaterThan(40);
        assertThat(refused).isGreaterThan(paths.size() * VALUES.size() / 2);
    }

    private static void paths(JsonElement json, List<String> path, List<List<String>> paths) {
        if (!path.isEmpty()) {
            paths.add(path);
        }
        if (json.isJsonObject()) {
            json.getAsJsonObject().asMap().forEach((name, value) -> paths(value, longer(path, name), paths));
        } else if (json.isJsonArray()) {
            for (int i = 0; i < json.getAsJsonArray().size(); i++) {
                paths(json.getAsJsonArray().get(i), longer(path, String.valueOf(i)), paths);
            }
        }
    }

    private static List<String> longer(List<String> path, String name) {
        List<String> longer = new ArrayList<>(path);
        longer.add(name);
        return longer;
    }

    private static void set(JsonObject root, List<String> path, JsonElement value) {
        JsonElement at = root;
        for (String step : path.subList(0, path.size() - 1)) {
            at = at.isJsonArray()
                    ? at.getAsJsonArray().get(Integer.parseInt(step))
                    : at.getAsJsonObject().get(step);
        }
        String last = path.getLast();
        if (at.isJsonArray()) {
            if (value == null) {
                at.getAsJsonArray().remove(Integer.parseInt(last));
            } else {
                at.getAsJsonArray().set(Integer.parseInt(last), value);
            }
        } else if (value == null) {
            at.getAsJsonObject().remove(last);
        } else {
            at.getAsJsonObject().add(last, value);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "database.serverVersion",
                "database.collate",
                "database.ctype",
                "database.encoding",
                "dump.pgDump",
                "dump.kind",
                "dump.compression",
                "tool",
                "instance"
            })
    void noControlCharacters(String member) {
        JsonObject json = genuine();
        set(json, List.of(member.split("\\.")), new JsonPrimitive("x\u001b[2J"));

        assertThatThrownBy(() -> StoredManifest.parse(json.toString().getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(member);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "app-20261121T031500Z.dump.zst/../../x",
                "/etc/app-20261121T031500Z.dump.zst",
                "other-20261121T031500Z.dump.zst",
                "app-20261122T031500Z.dump.zst",
                "app-20261121T031500Z.manifest.json",
                "app-20261121T031500Z.dump.zst.age"
            })
    void aDumpOfAnotherNameOrElsewhere(String file) {
        JsonObject json = genuine();
        set(json, List.of("dump", "file"), new JsonPrimitive(file));

        assertThat(isTaken(json.toString().getBytes(StandardCharsets.UTF_8))).isFalse();
    }

    @Test
    void depthAndNumberOfValues() {
        for (String deep : List.of(
                "[".repeat(1_000_000),
                "{\"a\":".repeat(1_000_000),
                "{\"format\":\"bmm-manifest-2\",\"verified\":" + "[".repeat(5000) + "]".repeat(5000) + "}",
                "{\"format\":\"bmm-manifest-2\",\"verified\":[" + "\"\",".repeat(5_000_000) + "\"\"]}",
                "{\"format\":\"bmm-manifest-2\",\"x\":" + "1".repeat(3_000_000) + "}",
                "{\"" + "n".repeat(3_000_000) + "\":1}")) {
            assertThat(isTaken(deep.getBytes(StandardCharsets.UTF_8))).isFalse();
        }
    }

    @Test
    void sumsDoNotOverflow() {
        JsonObject json = genuine();
        JsonArray tables = new JsonArray();
        for (int i = 0; i < 300; i++) {
            JsonObject table = new JsonObject();
            table.addProperty("schema", "s");
            table.addProperty("name", "t" + i);
            table.addProperty("rows", 1L << 56);
            tables.add(table);
        }
        json.getAsJsonObject("fingerprint").add("tables", tables);

        assertThat(isTaken(json.toString().getBytes(StandardCharsets.UTF_8))).isFalse();
    }

    @Test
    void sealedOnes() {
        SealedManifest sealed = SealedManifest.of(
                GenuineManifest.of("app", "2026-11-21T03:15:00Z")
                        .encryptedAs(
                                new Manifest.StoredFile("app-20261121T031500Z.dump.zst.age", 1, "0".repeat(64)),
                                null,
                                "age -d"),
                "app-20261121T031500Z.manifest.json",
                "-----BEGIN AGE ENCRYPTED FILE-----");
        JsonObject json = JsonParser.parseString(new String(sealed.toJson(), StandardCharsets.UTF_8))
                .getAsJsonObject();
        assertThat(isTaken(json.toString().getBytes(StandardCharsets.UTF_8))).isTrue();
        List<List<String>> paths = new ArrayList<>();
        paths(json, List.of(), paths);
        for (List<String> path : paths) {
            for (JsonElement value : VALUES) {
                JsonObject mutated = json.deepCopy();
                set(mutated, path, value);
                isTaken(mutated.toString().getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void recordsOfDrills() {
        byte[] json = new DrillRecord(
                        DrillRecord.FORMAT,
                        "bmm",
                        "bmm",
                        "2026-11-21T03:15:00Z",
                        "2026-11-21T03:15:00Z",
                        true,
                        0,
                        "app",
                        "app-20261121T031500Z",
                        "f",
                        "p",
                        1,
                        "0",
                        "15",
                        "scratch",
                        "15",
                        Map.of("rto", 1.0),
                        1,
                        1,
                        1,
                        List.of(new DrillRecord.Line("hash", "proven", "d", List.of())),
                        null)
                .toJson(Ed25519.newPrivateKey());
        Random random = new Random(2);
        for (int i = 0; i < ROUNDS; i++) {
            byte[] mutated = json.clone();
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            try {
                assertThat(DrillRecord.parse(mutated).file()).isNotNull();
                assertThat(DrillRecord.isSigned(mutated)).isIn(true, false);
            } catch (IOException e) {
                assertThat(e.getMessage()).contains("not the record of a drill");
            }
        }
        assertThatThrownBy(() -> DrillRecord.parse("[".repeat(1_000_000).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void linesOfTheHistory() throws IOException {
        History history = new History(directory);
        history.append(Map.of("job", "backup", "subject", "app", "stored", false));
        Path file = directory.resolve("history.jsonl");
        String good = Files.readString(file);
        Random random = new Random(3);
        for (int i = 0; i < 300; i++) {
            byte[] mutated = good.getBytes(StandardCharsets.UTF_8);
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            byte[] lines = new byte[mutated.length + good.length() + 1];
            System.arraycopy(mutated, 0, lines, 0, mutated.length);
            lines[mutated.length] = '\n';
            System.arraycopy(good.getBytes(StandardCharsets.UTF_8), 0, lines, mutated.length + 1, good.length());
            Files.write(file, lines);

            assertThat(history.lastFailed("backup", "app")).isTrue();
        }
        Files.writeString(file, "[".repeat(500_000) + "\n" + good);
        assertThat(history.lastFailed("backup", "app")).isTrue();
    }

    @Test
    void theNewestBackups() throws IOException {
        NewestBackups newest = new NewestBackups(directory);
        BackupName name = new BackupName("app", Instant.parse("2026-11-21T03:15:00Z"));
        newest.arrived("file:/x", name);
        assertThat(new NewestBackups(directory).at("file:/x", "app")).contains(name);
        byte[] json = Files.readAllBytes(directory.resolve("newest.json"));
        Random random = new Random(4);
        for (int i = 0; i < 1000; i++) {
            byte[] mutated = json.clone();
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            Files.write(directory.resolve("newest.json"), mutated);
            assertThat(newest.at("file:/x", "app").map(BackupName::database))
                    .isIn(
                            java.util.Optional.empty(),
                            java.util.Optional.of("app"),
                            newest.at("file:/x", "app").map(BackupName::database));
        }
        newest.removed("file:/x", name);
        newest.arrived("file:/x", name);
        newest.removed("file:/x", name);
        assertThat(newest.databases("file:/x")).isEmpty();
    }
}
