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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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

    /** What a person got: the news of a message, when, and over what. */
    record Received(Message message, String channel, Instant at) {}

    final Random random;
    final Rules rules;
    final Routes routes;
    final List<Received> inbox = new ArrayList<>();
    final Map<String, Mood> moods = new HashMap<>();
    /** Messages that the operator took and has not passed on yet, by receipt. */
    final Map<String, Message> queued = new LinkedHashMap<>();

    Instant now = Instant.parse("2026-11-21T03:00:00Z");
    byte @Nullable [] disk;
    double crashes;
    int crashed;
    int writes;
    int receipts;

    /** How a channel behaves at the moment. */
    enum Mood {
        GOOD,
        SLOW,
        FAILING,
        REFUSING,
        SILENT_BUT_DELIVERING,
        SILENT,
        ACCEPTING
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
            new Outbox(book, channels(), "test", null).deliver(Duration.ofMillis(60));
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

    private final class Disk implements StateStore {
        @Override
        public Hold hold() {
            return () -> {};
        }

        @Override
        public Loaded load() {
            return new Loaded(disk == null ? AlertState.EMPTY : StateText.read(disk), List.of());
        }

        @Override
        public void save(AlertState state) throws IOException {
            mayCrash();
            disk = StateText.write(state);
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
            Delivery delivery = switch (moods.getOrDefault(name, Mood.GOOD)) {
                case GOOD -> arrive(message);
                case SLOW -> {
                    now = now.plusSeconds(9);
                    yield arrive(message);
                }
                case FAILING -> new Delivery.Later("busy");
                case REFUSING -> new Delivery.Refused("no such number");
                case SILENT_BUT_DELIVERING -> {
                    if (doubtfulSince == null) {
                        arrive(message);
                        yield new Delivery.Unclear("timed out");
                    }
                    // It remembers: found, so not sent again.
                    yield Delivery.DELIVERED;
                }
                case SILENT -> new Delivery.Unclear("timed out");
                case ACCEPTING -> {
                    String receipt = "r" + receipts++;
                    queued.put(receipt, message);
                    yield new Delivery.Accepted(receipt);
                }
            };
            mayCrash();
            return delivery;
        }

        private Delivery arrive(Message message) {
            inbox.add(new Received(message, name, now));
            return Delivery.DELIVERED;
        }

        @Override
        public boolean remembers() {
            return moods.getOrDefault(name, Mood.GOOD) == Mood.SILENT_BUT_DELIVERING;
        }

        @Override
        public Delivery check(String receipt) {
            Message message = queued.remove(receipt);
            if (message == null) {
                return Delivery.DELIVERED;
            }
            arrive(message);
            return Delivery.DELIVERED;
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
