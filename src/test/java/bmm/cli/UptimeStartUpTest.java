package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tick every minute must be cheap: it loads nothing of the libraries that it does not need. Seen from outside. */
class UptimeStartUpTest {
    @TempDir
    Path directory;

    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    /** The names of the classes that a run of bmm of its own loads. */
    private List<String> classesOf(Map<String, String> settings) throws IOException, InterruptedException {
        Path log = directory.resolve("classes.log");
        Path out = directory.resolve("out.log");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xlog:class+load:file=" + log + "::filecount=0",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "bmm.cli.Main",
                        "uptime",
                        "--env-file",
                        Files.write(directory.resolve("none.env"), new byte[0]).toString())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("BMM_") || name.startsWith("PG"));
        builder.environment().put("BMM_STATE_DIR", directory.resolve("state").toString());
        builder.environment().put("BMM_UPTIME_ATTEMPTS", "1");
        builder.environment().putAll(settings);
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(out)).isZero();
        return Files.readAllLines(log).stream()
                .map(line -> line.replaceFirst("^(\\[[^]]*\\])+ *", ""))
                .map(line -> line.split(" ", 2)[0])
                .toList();
    }

    private static List<String> of(List<String> classes, String... packages) {
        return classes.stream()
                .filter(name -> Arrays.stream(packages).anyMatch(name::startsWith))
                .toList();
    }

    @Test
    void aTickOverWebPagesLoadsNothingOfTheLargeLibraries() throws Exception {
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";

        List<String> classes = classesOf(Map.of(
                "BMM_PROBE_HOME", url,
                "BMM_PROBE_API", url + "health",
                "BMM_PROBE_PORT", "tcp://127.0.0.1:" + server.getAddress().getPort(),
                "BMM_PROBE_DISK", "disk:" + directory + " free>0% inodes>0%"));

        assertThat(classes).contains("bmm.uptime.HttpProbe", "java.net.HttpURLConnection");
        assertThat(of(
                        classes,
                        "software.amazon.",
                        "io.minio.",
                        "okhttp3.",
                        "com.twilio.",
                        "org.postgresql.",
                        "java.sql.",
                        "jakarta.mail.",
                        "org.eclipse.angus.",
                        "com.github.luben.",
                        "org.apache.",
                        "com.fasterxml.",
                        "java.net.http.",
                        "jdk.internal.net.http.",
                        // No https, no certificates: they cost as much as all the rest.
                        "sun.security.ssl.",
                        "javax.net.ssl.",
                        "bmm.store.",
                        "bmm.postgres."))
                .isEmpty();
        // Classes that would be made at run time, and files that would be searched for.
        assertThat(of(
                        classes,
                        "java.lang.runtime.ObjectMethods", // comparing records
                        "java.lang.runtime.SwitchBootstraps",
                        "ch.qos.logback.classic.util.ContextInitializer"))
                .isEmpty();
    }
}
