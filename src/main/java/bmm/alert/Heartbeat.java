package bmm.alert;

import bmm.base.Hint;
import bmm.notify.Http;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ping that a watchdog outside waits for: silence is its alarm. Healthchecks' protocol ({@code /start}, {@code /fail},
 * {@code ?rid=}, the end of the log as body), and the addresses of Dead Man's Snitch, Cronitor and Uptime Kuma. A ping
 * never fails a job, nor delays it by more than {@link Http#TIMEOUT}.
 */
public final class Heartbeat {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
    private static final int USUAL_BODY_LIMIT = 10_000;
    private static final int MOST_TRIES = 3;
    private static final int MOST_IN_AN_ADDRESS = 200;

    private enum Service {
        HEALTHCHECKS,
        SNITCH,
        CRONITOR,
        KUMA;

        static Service of(URI address) {
            String host = String.valueOf(address.getHost()).toLowerCase(Locale.ROOT);
            if (host.equals("nosnch.in")) {
                return SNITCH;
            }
            if (host.equals("cronitor.link") || host.endsWith(".cronitor.io")) {
                return CRONITOR;
            }
            return String.valueOf(address.getPath()).startsWith("/api/push/") ? KUMA : HEALTHCHECKS;
        }
    }

    private final URI address;
    private final Service service;
    private final String run;
    private @Nullable Thread starting;
    private volatile int bodyLimit = USUAL_BODY_LIMIT;

    /**
     * A check at a watchdog.
     *
     * @param run tells the pings of one run from those of another
     */
    public Heartbeat(URI address, UUID run) {
        this.address = address;
        this.service = Service.of(address);
        this.run = run.toString();
    }

    /** Tells that a job begins. Does not wait for the answer. */
    public void start() {
        if (service == Service.HEALTHCHECKS || service == Service.CRONITOR) {
            starting = Thread.ofPlatform().daemon().name("heartbeat").start(() -> {
                try {
                    ping(service == Service.CRONITOR ? query("state=run&series=" + run) : path("/start"), "");
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    /** Tells that all is well, with the end of the log. */
    public boolean success(Duration took, String log) throws InterruptedException {
        return end(true, 0, took, log);
    }

    /** Tells that the job failed, with the end of the log. */
    public boolean fail(int exit, Duration took, String log) throws InterruptedException {
        return end(false, exit, took, log);
    }

    private boolean end(boolean well, int exit, Duration took, String log) throws InterruptedException {
        // The order of pings matters, and the answer to the first one tells how much the last may carry.
        if (starting != null) {
            starting.join(Http.TIMEOUT);
        }
        String line = encoded(lastLine(log));
        return switch (service) {
            case HEALTHCHECKS -> ping(path(well ? "" : "/fail"), tail(log));
            case SNITCH -> ping(query("s=" + exit + (line.isEmpty() ? "" : "&m=" + line)), "");
            case CRONITOR ->
                ping(
                        query("state=" + (well ? "complete" : "fail") + "&series=" + run + "&status_code=" + exit
                                + "&metric=duration:" + took.toMillis() / 1000.0
                                + (line.isEmpty() ? "" : "&message=" + line)),
                        "");
            case KUMA ->
                ping(
                        query("status=" + (well ? "up" : "down") + "&msg=" + (line.isEmpty() ? "OK" : line) + "&ping="
                                + took.toMillis()),
                        "");
        };
    }

    private boolean ping(URI target, String body) throws InterruptedException {
        long deadline = System.nanoTime() + Http.TIMEOUT.toNanos();
        String problem = "";
        for (int i = 0; i < MOST_TRIES; i++) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            if (left.toMillis() < 100) {
                break;
            }
            Http.Request request = body.isEmpty()
                    ? Http.Request.get(target)
                    : Http.Request.post(target, "text/plain; charset=utf-8", body);
            Http.Answer answer = Http.send(
                    new Http.Request(request.method(), target, request.headers(), request.body(), "Ping-Body-Limit"),
                    left);
            problem = problemOf(answer);
            if (problem.isEmpty()) {
                learnLimit(answer.header());
                return true;
            }
            if (answer.status() >= 200 && answer.status() < 500 && answer.status() != 429) {
                break;
            }
            Thread.sleep(Math.min(500L << i, Math.max(0, left.toMillis())));
        }
        // Never the address: who knows it can keep the watchdog quiet.
        LOG.atWarn()
                .addKeyValue("hint", Hint.of("check the heartbeat's address"))
                .log("the watchdog was not reached: {}", problem);
        return false;
    }

    /** Some watchdogs answer 200 to the address of a check that they do not have. */
    private static String problemOf(Http.Answer answer) {
        if (!answer.ok()) {
            return answer.inWords();
        }
        String said = answer.body().strip();
        return said.contains("not found") || said.contains("\"ok\":false") ? said : "";
    }

    private void learnLimit(@Nullable String header) {
        try {
            bodyLimit = header == null ? bodyLimit : Math.max(0, Integer.parseInt(header.strip()));
        } catch (NumberFormatException e) {
            LOG.atDebug().log("not a limit: {}", header);
        }
    }

    private URI path(String suffix) {
        String text = address.toString();
        int question = text.indexOf('?');
        String base = question < 0 ? text : text.substring(0, question);
        String rest = question < 0 ? "" : "&" + text.substring(question + 1);
        return URI.create(base + suffix + "?rid=" + run + rest);
    }

    /** With these parameters in place of those of the same name: Uptime Kuma shows its address with an example in it. */
    private URI query(String parameters) {
        String text = address.toString();
        int question = text.indexOf('?');
        return URI.create((question < 0 ? text : text.substring(0, question)) + "?" + parameters);
    }

    /** The end of it, in whole characters, as many bytes as the watchdog takes. */
    private String tail(String log) {
        byte[] bytes = log.getBytes(StandardCharsets.UTF_8);
        int from = Math.max(0, bytes.length - bodyLimit);
        while (from < bytes.length && (bytes[from] & 0xC0) == 0x80) {
            from++;
        }
        return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
    }

    private static String lastLine(String log) {
        String line = log.strip().lines().reduce("", (first, second) -> second);
        return line.length() > MOST_IN_AN_ADDRESS ? line.substring(0, MOST_IN_AN_ADDRESS) : line;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
