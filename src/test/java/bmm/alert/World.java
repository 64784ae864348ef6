package bmm.alert;

import bmm.notify.Channel;
import bmm.notify.Channels;
import bmm.notify.Delivery;
import bmm.notify.Message;
import bmm.notify.Routes;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A machine that can die at any write and any send: the state is what its disk held, the inbox is what people got. Every
 * run of bmm is a new book and a new outbox on the same disk.
 */
final class World {
    /** The process is gone. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1;
    }

    /** What a person got: a message, the news in it, and the route that it took. */
    record Received(Message message, List<News> news, List<String> route, String channel) {}

    final Random random;
    final Rules rules;
    final Routes routes;
    final List<Received> inbox = new ArrayList<>();
    final Map<String, Mood> moods = new HashMap<>();
    /** What the operator took, by receipt. */
    final Map<String, Received> queued = new LinkedHashMap<>();
    /** Receipts of what it took and never passed on. */
    final Set<String> lost = new HashSet<>();

    final Set<Long> lostIncidents = new HashSet<>();

    Instant now = Instant.parse("2026-11-21T03:00:00Z");
    byte @Nullable [] disk;
    /** Whether the state is kept as it is, rather than written and read: for long stories. */
    boolean keeping;

    /** What the disk says, read once after each write. */
    @Nullable
    AlertState kept;

    double crashes;
    int crashed;
    int writes;
    /** Messages that arrived while the sender heard nothing, on a channel that cannot be asked. */
    int ambiguous;

    /** How a channel behaves at the moment. */
    enum Mood {
        GOOD,
        SLOW,
        FAILING,
        REFUSING,
        SILENT_BUT_DELIVERING,
        SILENT,
        ACCEPTING,
        LOSING
    }

    World(long seed, Rules rules, Routes routes) {
        this.random = new Random(seed);
        this.rules = rules;
        this.routes = routes;
    }

    private void mayCrash() {
        if (random.nextDouble() < crashes) {
            crashed++;
            throw new Crash();
        }
    }

    /** A run of bmm that saw this. */
    List<News> run(List<Observation> seen) {
        IncidentBook book = book();
        List<News> news = book.observe(seen);
        deliver(book);
        return news;
    }

    /** A run that may die anywhere. */
    void runOrCrash(List<Observation> seen) {
        try {
            run(seen);
        } catch (Crash e) {
            // The next run begins with what is on the disk.
        }
    }

    void deliver(IncidentBook book) {
        try {
            new Outbox(book, channels(), "test", null).send(new Limited());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    IncidentBook book() {
        return new IncidentBook(new Disk(), rules, routes, new Ticking());
    }

    AlertState state() {
        return new Disk().load().state();
    }

    private Channels channels() {
        Map<String, Supplier<Channel>> makers = new LinkedHashMap<>();
        routes.channels().forEach(name -> makers.put(name, () -> new Fickle(name)));
        return new Channels(makers);
    }

    /** Sometimes a run must end before all is sent. */
    private final class Limited implements Patience {
        @Override
        public boolean isOver() {
            return crashes > 0 && random.nextInt(6) == 0;
        }

        @Override
        public boolean pause(Duration wait) {
            if (wait.compareTo(Duration.ofSeconds(15)) > 0) {
                return false;
            }
            now = now.plus(wait);
            return true;
        }
    }

    private final class Disk implements StateStore {
        @Override
        public Hold hold() {
            return () -> {};
        }

        @Override
        public Loaded load() {
            if (kept == null) {
                kept = disk == null ? AlertState.EMPTY : StateText.read(disk);
            }
            return new Loaded(kept, List.of());
        }

        @Override
        public void save(AlertState state) throws IOException {
            mayCrash();
            if (keeping) {
                kept = state;
            } else {
                disk = StateText.write(state);
                kept = null;
            }
            writes++;
            mayCrash();
        }
    }

    private final class Fickle implements Channel {
        private final String name;

        Fickle(String name) {
            this.name = name;
        }

        @Override
        public Delivery send(Message message, @Nullable Instant doubtfulSince) {
            mayCrash();
            if (doubtfulSince != null && remembers() && has(message)) {
                return new Delivery.Delivered();
            }
            Delivery delivery = switch (moods.getOrDefault(name, Mood.GOOD)) {
                case GOOD -> arrive(onItsWay(message));
                case SLOW -> {
                    now = now.plusSeconds(9);
                    yield arrive(onItsWay(message));
                }
                case FAILING -> new Delivery.Later("busy");
                case REFUSING -> new Delivery.Refused("no such number");
                case SILENT_BUT_DELIVERING -> {
                    arrive(onItsWay(message));
                    ambiguous += remembers() ? 0 : 1;
                    yield new Delivery.Unclear("timed out");
                }
                case SILENT -> new Delivery.Unclear("timed out");
                case ACCEPTING -> accept(message, true);
                case LOSING -> accept(message, false);
            };
            mayCrash();
            return delivery;
        }

        private boolean has(Message message) {
            return inbox.stream()
                    .anyMatch(got -> got.channel().equals(name) && got.message().equals(message));
        }

        /** What the disk says of the message that is being sent: it was written down before. */
        private Received onItsWay(Message message) {
            Entry entry = state().outbox().stream()
                    .filter(one -> one.channel().equals(name)
                            && one.sending().underway()
                            && message.equals(one.sending().message()))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("sent before it was written down: " + message));
            return new Received(message, entry.news(), entry.route(), name);
        }

        private Delivery accept(Message message, boolean arrives) {
            String receipt = "r" + queued.size();
            queued.put(receipt, onItsWay(message));
            if (arrives) {
                inbox.add(queued.get(receipt));
            } else {
                lost.add(receipt);
                queued.get(receipt).news().forEach(news -> lostIncidents.add(news.incident()));
            }
            return new Delivery.Accepted(receipt);
        }

        private Delivery arrive(Received received) {
            inbox.add(received);
            return new Delivery.Delivered();
        }

        @Override
        public boolean remembers() {
            return name.equals("sms");
        }

        @Override
        public Delivery check(String receipt) {
            if (lost.contains(receipt)) {
                return new Delivery.Refused("undelivered");
            }
            return new Delivery.Delivered();
        }
    }

    /** The clock of the machine, which tests move. */
    private final class Ticking extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
