package bmm;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.notify.StandIn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code packaging/dependency-check}: on what bmm ships, and on what it must find. */
class DependencyCheckTest {
    private final LocalDate today = LocalDate.now(ZoneOffset.UTC);
    private static final String DRIVER = "org.postgresql:postgresql";

    private static final String NONE = "packaging/accepted-advisories.txt";

    @TempDir
    Path directory;

    private record Outcome(int exit, String said) {}

    /** Maven's own libraries have the order of versions. */
    private static String mavenLibraries() throws IOException, InterruptedException {
        return Pattern.compile("Maven home: (.*)")
                .matcher(run("mvn", "-v").said())
                .results()
                .map(found -> found.group(1) + "/lib/*")
                .findFirst()
                .orElseThrow();
    }

    private static Outcome run(String... command) throws IOException, InterruptedException {
        return run(Map.of(), command);
    }

    private static Outcome run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return new Outcome(process.exitValue(), said);
    }

    /** What the script starts, without asking Maven each time. */
    private static Outcome program(String api, String what, String libraries, String data, String exceptions)
            throws IOException, InterruptedException {
        return run(
                Map.of("BMM_OSV_API", api),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path") + ":" + mavenLibraries(),
                "packaging/DependencyCheck.java",
                what,
                libraries,
                data,
                exceptions);
    }

    private static Outcome check(String libraries, String data, String exceptions)
            throws IOException, InterruptedException {
        return program("http://127.0.0.1:1", "check", libraries, data, exceptions);
    }

    private String file(String name, String... lines) throws IOException {
        return Files.write(directory.resolve(name), List.of(lines)).toString();
    }

    private String libraries(String... versions) throws IOException {
        return file(
                "libraries",
                Stream.of(versions)
                        .map(one -> "   " + one + ":compile:/some/where.jar")
                        .toArray(String[]::new));
    }

    /** One advisory of libraries {@code t:0}, {@code t:1} and so on. */
    private String data(LocalDate date, int libraries, String events) throws IOException {
        String names =
                IntStream.range(0, libraries).mapToObj(i -> "\"t:" + i + '"').collect(Collectors.joining(","));
        String affected = IntStream.range(0, libraries)
                .mapToObj(i -> "{\"package\":{\"ecosystem\":\"Maven\",\"name\":\"t:" + i
                        + "\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[" + events + "]}]}")
                .collect(Collectors.joining(","));
        return file("advisories", """
                {"date":"%s","source":"a test","lookedUp":[%s],"advisories":[{"id":"GHSA-test","aliases":["CVE-test"],
                "summary":"some\\nhole\\u001b[2J","affected":[%s]}]}""".formatted(date, names, affected));
    }

    @Test
    void whatBmmShipsHasNoKnownVulnerability() throws Exception {
        Outcome outcome = run("packaging/dependency-check");
        assertThat(outcome.exit()).as(outcome.said()).isZero();
        assertThat(outcome.said()).contains("none applies");
    }

    @Test
    void aVulnerableVersionIsFoundInTheRealData() throws Exception {
        Outcome outcome = run(
                "packaging/dependency-check",
                "--dependencies",
                libraries(DRIVER + ":jar:42.7.1", "com.example:new:jar:1.0", "org.eclipse.angus:angus-mail:jar:2.0.3"));
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.said())
                .contains(DRIVER + " 42.7.1: CVE-2024-1597", "fixed in", "com.example:new was never looked up")
                .contains("org.eclipse.angus:smtp 2.0.3: CVE-2025-7962")
                .contains("hint: ");
    }

    @Test
    void versionsAreComparedAsMavenDoes() throws Exception {
        List<String> affected = List.of("9.4.1212", "42.2.8", "42.7.0", "42.7.9", "42.7.10-rc1");
        List<String> fixed = List.of("42.2.9", "42.6.0", "42.7.10", "42.7.14", "43.0");
        List<String> all = Stream.concat(affected.stream(), fixed.stream()).toList();
        String data = data(
                today,
                all.size(),
                "{\"introduced\":\"0\"},{\"fixed\":\"42.2.9\"},{\"introduced\":\"42.7.0\"},{\"fixed\":\"42.7.10\"}");
        String list = libraries(IntStream.range(0, all.size())
                .mapToObj(i -> "t:" + i + ":jar:" + all.get(i))
                .toArray(String[]::new));
        Outcome outcome = check(list, data, NONE);

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.said().lines().filter(line -> line.contains("GHSA-test")))
                .hasSize(affected.size());
        affected.forEach(version -> assertThat(outcome.said()).contains(" " + version + ": CVE-test GHSA-test"));
        assertThat(outcome.said()).contains(": some hole [2J").doesNotContain("\u001b");
    }

    @Test
    void whatSomebodyLookedAtIsAcceptedForATime() throws Exception {
        String data = data(today.minusDays(91), 4, "{\"introduced\":\"0\"}");
        String list = libraries("t:0:jar:1", "t:1:jar:1", "t:2:jar:1", "t:3:jar:1");
        String exceptions = file(
                "exceptions",
                "# why",
                "CVE-test t:0 " + today.plusDays(1) + " bmm never calls it",
                "GHSA-test t:1 " + today + " the day has come",
                "GHSA-other t:2 " + today.plusDays(1) + " another advisory",
                "GHSA-test t:3 " + today.plusDays(1));
        Outcome outcome = check(list, data, exceptions);

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.said())
                .doesNotContain("t:0 1: ")
                .contains("t:1 1: ", "t:2 1: ", "t:3 1: ")
                .contains(
                        "91 days old",
                        "GHSA-other t:2 is not needed any more",
                        "not \"ID GROUP:ARTIFACT DATE REASON\"");
        Outcome accepted = check(
                libraries("t:0:jar:1"),
                data,
                file("good", "CVE-test t:0 " + today.plusDays(1) + " bmm never calls it"));
        assertThat(accepted.exit()).as(accepted.said()).isZero();
        assertThat(accepted.said()).contains("but for 1 accepted");
    }

    @Test
    void refreshReplacesTheData() throws Exception {
        String first =
                "{\"vulns\":[{\"id\":\"GHSA-1\",\"details\":\"long\",\"affected\":[{\"package\":{\"ecosystem\":\"Maven\","
                        + "\"name\":\"" + DRIVER
                        + "\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},"
                        + "{\"last_affected\":\"42.7.13\"}]}]},{\"package\":{\"ecosystem\":\"npm\",\"name\":\"pg\"}}]}],"
                        + "\"next_page_token\":\"more\"}";
        String data = file("data", "{}");
        String newer = libraries(DRIVER + ":jar:42.7.14");
        try (StandIn osv =
                new StandIn(asked -> StandIn.Answer.of(200, asked.body().contains("page_token") ? "{}" : first))) {
            Outcome refreshed = program(osv.address("/v1/query").toString(), "refresh", newer, data, NONE);
            assertThat(refreshed.exit()).as(refreshed.said()).isZero();
            assertThat(osv.asked).hasSize(2);
        }
        String text = Files.readString(Path.of(data));
        assertThat(text).contains("GHSA-1", today.toString()).doesNotContain("npm", "long");
        assertThat(check(newer, data, NONE).exit()).isZero();
        assertThat(check(libraries(DRIVER + ":jar:42.7.13"), data, NONE).exit()).isEqualTo(1);

        assertThat(program("http://127.0.0.1:1/", "refresh", newer, data, NONE).exit())
                .isNotZero();
        assertThat(Path.of(data)).content().isEqualTo(text);
    }
}
