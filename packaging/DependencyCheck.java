import com.google.gson.FormattingStyle;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.maven.artifact.versioning.ComparableVersion;

/**
 * Compares the libraries that bmm ships with vulnerabilities that are known of them. packaging/dependency-check starts it
 * and says what its arguments are.
 *
 * @see <a href="https://ossf.github.io/osv-schema/">Open Source Vulnerability format</a>
 */
final class DependencyCheck {
    private static final int OLD_AFTER_DAYS = 90;
    private static final String API = "https://api.osv.dev/v1/query";
    private static final Gson GSON = new GsonBuilder()
            .setFormattingStyle(FormattingStyle.PRETTY.withIndent(" "))
            .disableHtmlEscaping()
            .create();

    /** Jars that hold others, which advisories name: of the same version. */
    private static final Map<String, List<String>> HOLDS =
            Map.of("org.eclipse.angus:angus-mail", List.of("org.eclipse.angus:smtp"));

    /** {@code group:artifact:jar:version:scope:path}, as the dependency plugin lists them, perhaps with a classifier. */
    private static final Pattern LISTED = Pattern.compile("\\s*([\\w.-]+:[\\w.-]+):jar:(?:[\\w.-]+:)?([\\w.-]+):(?:compile|runtime)\\b.*");

    private static final Pattern EXCEPTION = Pattern.compile("(\\S+)\\s+(\\S+:\\S+)\\s+(\\d{4}-\\d\\d-\\d\\d)\\s+(\\S.*)");

    /** A hit that somebody has looked at, with the day on which it counts again. */
    private record Accepted(String id, String library, LocalDate until) {}

    private record Hit(String library, String version, JsonObject advisory, String fixedIn) {}

    private DependencyCheck() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Map<String, String> libraries = libraries(Path.of(args[1]));
        Path data = Path.of(args[2]);
        if (args[0].equals("refresh")) {
            refresh(libraries, data);
        } else {
            System.exit(check(libraries, JsonParser.parseString(Files.readString(data)).getAsJsonObject(), Path.of(args[3])));
        }
    }

    private static Map<String, String> libraries(Path list) throws IOException {
        Map<String, String> libraries = new TreeMap<>();
        for (String line : Files.readAllLines(list)) {
            Matcher listed = LISTED.matcher(line);
            if (listed.matches()) {
                libraries.put(listed.group(1), listed.group(2));
            }
        }
        if (libraries.isEmpty()) {
            throw new IOException(list + " names no library");
        }
        HOLDS.forEach((jar, parts) -> {
            if (libraries.containsKey(jar)) {
                parts.forEach(part -> libraries.put(part, libraries.get(jar)));
            }
        });
        return libraries;
    }

    private static int check(Map<String, String> libraries, JsonObject data, Path exceptions) throws IOException {
        Set<String> lookedUp = new TreeSet<>();
        data.getAsJsonArray("lookedUp").forEach(name -> lookedUp.add(name.getAsString()));
        List<String> problems = new ArrayList<>();
        libraries.keySet().stream()
                .filter(name -> !lookedUp.contains(name))
                .forEach(name -> problems.add(name + " was never looked up"));
        List<Accepted> accepted = accepted(exceptions, problems);
        Set<Accepted> used = new TreeSet<>((one, other) -> one.toString().compareTo(other.toString()));
        for (Hit hit : hits(libraries, data)) {
            String id = hit.advisory().get("id").getAsString();
            accepted.stream()
                    .filter(one -> names(hit.advisory()).contains(one.id()) && one.library().equals(hit.library()))
                    .findFirst()
                    .ifPresentOrElse(
                            used::add,
                            () -> problems.add(hit.library() + " " + hit.version() + ": " + String.join(" ", names(hit.advisory()))
                                    + (hit.fixedIn().isEmpty() ? "" : ", fixed in " + hit.fixedIn()) + ": "
                                    + summary(hit.advisory())));
        }
        accepted.stream()
                .filter(one -> !used.contains(one))
                .forEach(one -> say("warning: " + exceptions.getFileName() + ": " + one.id() + " " + one.library() + " is not needed any more"));
        LocalDate date = LocalDate.parse(data.get("date").getAsString());
        long age = ChronoUnit.DAYS.between(date, LocalDate.now(ZoneOffset.UTC));
        if (age > OLD_AFTER_DAYS) {
            say("warning: the advisories are " + age + " days old; packaging/dependency-check --refresh fetches them anew");
        }
        problems.forEach(DependencyCheck::say);
        if (problems.isEmpty()) {
            System.out.println(libraries.size() + " libraries, " + data.getAsJsonArray("advisories").size() + " advisories of "
                    + date + " (" + data.get("source").getAsString() + "): none applies"
                    + (used.isEmpty() ? "" : " but for " + used.size() + " accepted"));
            return 0;
        }
        say("hint: raise the version in pom.xml; for a new library --refresh; or say in " + exceptions
                + " why it does not matter, and until when");
        return 1;
    }

    private static List<Accepted> accepted(Path file, List<String> problems) throws IOException {
        List<Accepted> accepted = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            Matcher one = EXCEPTION.matcher(line);
            if (!one.matches()) {
                problems.add(file.getFileName() + ": not \"ID GROUP:ARTIFACT DATE REASON\": " + line);
            } else if (LocalDate.parse(one.group(3)).isAfter(LocalDate.now(ZoneOffset.UTC))) {
                accepted.add(new Accepted(one.group(1), one.group(2), LocalDate.parse(one.group(3))));
            }
        }
        return accepted;
    }

    private static List<Hit> hits(Map<String, String> libraries, JsonObject data) {
        List<Hit> hits = new ArrayList<>();
        for (JsonElement element : data.getAsJsonArray("advisories")) {
            JsonObject advisory = element.getAsJsonObject();
            if (advisory.has("withdrawn")) {
                continue;
            }
            for (JsonElement one : advisory.getAsJsonArray("affected")) {
                JsonObject affected = one.getAsJsonObject();
                String name = affected.getAsJsonObject("package").get("name").getAsString();
                String version = libraries.get(name);
                if (version != null && isAffected(version, affected)) {
                    hits.add(new Hit(name, version, advisory, fixes(affected)));
                }
            }
        }
        return hits;
    }

    private static boolean isAffected(String version, JsonObject affected) {
        if (affected.has("versions")
                && affected.getAsJsonArray("versions").asList().stream()
                        .anyMatch(one -> one.getAsString().equals(version))) {
            return true;
        }
        for (JsonElement range : array(affected, "ranges")) {
            if (range.getAsJsonObject().get("type").getAsString().equals("ECOSYSTEM")
                    && isWithin(new ComparableVersion(version), range.getAsJsonObject())) {
                return true;
            }
        }
        return false;
    }

    /** The events of a range are in the order of versions; the last one that a version has passed decides. */
    private static boolean isWithin(ComparableVersion version, JsonObject range) {
        boolean within = false;
        for (JsonElement element : range.getAsJsonArray("events")) {
            JsonObject event = element.getAsJsonObject();
            if (event.has("introduced")) {
                String since = event.get("introduced").getAsString();
                within |= since.equals("0") || version.compareTo(new ComparableVersion(since)) >= 0;
            } else if (event.has("fixed")) {
                within &= version.compareTo(new ComparableVersion(event.get("fixed").getAsString())) < 0;
            } else if (event.has("last_affected")) {
                within &= version.compareTo(new ComparableVersion(event.get("last_affected").getAsString())) <= 0;
            }
        }
        return within;
    }

    private static String fixes(JsonObject affected) {
        List<String> fixes = new ArrayList<>();
        for (JsonElement range : array(affected, "ranges")) {
            for (JsonElement event : range.getAsJsonObject().getAsJsonArray("events")) {
                if (event.getAsJsonObject().has("fixed")) {
                    fixes.add(event.getAsJsonObject().get("fixed").getAsString());
                }
            }
        }
        return String.join(", ", fixes);
    }

    private static Set<String> names(JsonObject advisory) {
        Set<String> names = new TreeSet<>(Set.of(advisory.get("id").getAsString()));
        array(advisory, "aliases").forEach(alias -> names.add(alias.getAsString()));
        return names;
    }

    private static String summary(JsonObject advisory) {
        return advisory.has("summary") ? advisory.get("summary").getAsString() : "see the advisory";
    }

    private static JsonArray array(JsonObject object, String member) {
        return object.has(member) ? object.getAsJsonArray(member) : new JsonArray();
    }

    /** Asks for everything that is known of each library, whatever its version, and keeps what the check reads. */
    private static void refresh(Map<String, String> libraries, Path data) throws IOException, InterruptedException {
        Map<String, JsonObject> advisories = new TreeMap<>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (String name : libraries.keySet()) {
                for (JsonElement found : asked(client, name)) {
                    JsonObject kept = kept(found.getAsJsonObject(), libraries.keySet());
                    advisories.put(kept.get("id").getAsString(), kept);
                }
            }
        }
        JsonObject all = new JsonObject();
        all.addProperty("date", LocalDate.now(ZoneOffset.UTC).toString());
        all.addProperty("source", "osv.dev, Maven");
        all.add("lookedUp", GSON.toJsonTree(libraries.keySet()));
        all.add("advisories", GSON.toJsonTree(advisories.values()));
        Files.writeString(data, GSON.toJson(all) + "\n");
        System.out.println(advisories.size() + " advisories of " + libraries.size() + " libraries in " + data);
    }

    private static List<JsonElement> asked(HttpClient client, String name) throws IOException, InterruptedException {
        List<JsonElement> found = new ArrayList<>();
        String page = "";
        do {
            JsonObject library = new JsonObject();
            library.addProperty("ecosystem", "Maven");
            library.addProperty("name", name);
            JsonObject query = new JsonObject();
            query.add("package", library);
            if (!page.isEmpty()) {
                query.addProperty("page_token", page);
            }
            String api = System.getenv().getOrDefault("BMM_OSV_API", API);
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(api))
                            .POST(HttpRequest.BodyPublishers.ofString(query.toString()))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException(api + " answers " + answer.statusCode() + " for " + name);
            }
            JsonObject json = JsonParser.parseString(answer.body()).getAsJsonObject();
            array(json, "vulns").forEach(found::add);
            page = json.has("next_page_token") ? json.get("next_page_token").getAsString() : "";
        } while (!page.isEmpty());
        return found;
    }

    private static JsonObject kept(JsonObject advisory, Set<String> libraries) {
        JsonObject kept = new JsonObject();
        for (String member : List.of("id", "aliases", "summary", "withdrawn")) {
            if (advisory.has(member)) {
                kept.add(member, advisory.get(member));
            }
        }
        JsonArray affected = new JsonArray();
        for (JsonElement element : array(advisory, "affected")) {
            JsonObject one = element.getAsJsonObject();
            JsonObject library = one.getAsJsonObject("package");
            if (library != null
                    && library.get("ecosystem").getAsString().equals("Maven")
                    && libraries.contains(library.get("name").getAsString())) {
                JsonObject part = new JsonObject();
                part.add("package", library);
                if (one.has("ranges")) {
                    part.add("ranges", one.get("ranges"));
                } else if (one.has("versions")) {
                    part.add("versions", one.get("versions"));
                }
                affected.add(part);
            }
        }
        kept.add("affected", affected);
        return kept;
    }

    private static void say(String line) {
        // An advisory is somebody else's text.
        System.err.println(line.replaceAll("[\\p{Cntrl}\\p{Cf}]+", " "));
    }
}
