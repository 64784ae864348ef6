package bmm.base;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The last addresses that names were seen to have, in a file of the state directory: an alert must get out although the
 * resolver of this machine is broken. While a book is in use, every look-up of this process that succeeds is written down,
 * and one that fails is answered from it ({@link LastGoodAddresses}); TLS still checks who answers there.
 */
public final class AddressBook {
    /** So that a tick every minute does not write it every minute. */
    private static final Duration FRESH = Duration.ofHours(12);

    private static final Duration FORGOTTEN_AFTER = Duration.ofDays(60);

    private static volatile @Nullable AddressBook inUse;

    private record Entry(Instant seen, List<String> addresses) {}

    private final Path file;
    private final Instant now;
    private final Map<String, Entry> entries = new TreeMap<>();
    private boolean changed;

    private AddressBook(Path file, Instant now) {
        this.file = file;
        this.now = now;
    }

    /** Reads the book in that directory; one that is missing or damaged is empty. */
    public static AddressBook open(Path stateDirectory, Instant now) {
        AddressBook book = new AddressBook(stateDirectory.resolve("addresses"), now);
        try {
            new String(OwnFile.read(book.file), StandardCharsets.UTF_8).lines().forEach(book::read);
        } catch (NoSuchFileException e) {
            return book;
        } catch (IOException e) {
            book.entries.clear();
        }
        return book;
    }

    /** From now on look-ups of this process are helped by this book. */
    public void use() {
        inUse = this;
    }

    /** From now on none are. */
    public static void putAway() {
        inUse = null;
    }

    static Optional<AddressBook> inUse() {
        return Optional.ofNullable(inUse);
    }

    /** Looks up those of the names that were not seen for half a day, so that their addresses are known on a bad day. */
    public void refresh(Collection<String> hosts) {
        hosts.stream().filter(host -> !isFresh(host)).forEach(this::lookUp);
    }

    private void lookUp(String host) {
        try {
            remember(host, Arrays.asList(InetAddress.getAllByName(host)));
        } catch (UnknownHostException e) {
            return; // what is known of it stays
        }
    }

    /** Whether there is nothing to refresh. */
    public boolean areFresh(Collection<String> hosts) {
        return hosts.stream().allMatch(this::isFresh);
    }

    private synchronized boolean isFresh(String host) {
        Entry entry = entries.get(host);
        return entry != null && entry.seen().plus(FRESH).isAfter(now);
    }

    /** Writes down what a name was found to be. */
    public synchronized void remember(String host, List<InetAddress> addresses) {
        List<String> texts = addresses.stream().map(InetAddress::getHostAddress).toList();
        Entry before = entries.get(host);
        if (!texts.isEmpty()
                && !host.contains(" ")
                && (before == null || !isFresh(host) || !before.addresses().equals(texts))) {
            entries.put(host, new Entry(now, texts));
            changed = true;
        }
    }

    /** What a name last was, if it is not too long ago. */
    public synchronized List<InetAddress> lastOf(String host) {
        Entry entry = entries.get(host);
        if (entry == null || entry.seen().plus(FORGOTTEN_AFTER).isBefore(now)) {
            return List.of();
        }
        return entry.addresses().stream()
                .map(text -> address(host, text))
                .flatMap(Optional::stream)
                .toList();
    }

    /**
     * Saves it, if anything is new.
     *
     * @throws IOException if it cannot be written; nothing is lost but a convenience
     */
    public synchronized void save() throws IOException {
        if (!changed) {
            return;
        }
        StringBuilder text = new StringBuilder();
        entries.forEach((host, entry) -> {
            if (!entry.seen().plus(FORGOTTEN_AFTER).isBefore(now)) {
                text.append(host).append(' ').append(entry.seen());
                entry.addresses().forEach(address -> text.append(' ').append(address));
                text.append('\n');
            }
        });
        DurableFile.createDirectories(DurableFile.directoryOf(file));
        DurableFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
        changed = false;
    }

    private void read(String line) {
        String[] words = line.split(" ", -1);
        try {
            if (words.length > 2) {
                entries.put(
                        words[0],
                        new Entry(Instant.parse(words[1]), List.of(words).subList(2, words.length)));
            }
        } catch (java.time.DateTimeException e) {
            changed = true; // a damaged line is left out when it is written again
        }
    }

    private static Optional<InetAddress> address(String host, String text) {
        try {
            InetAddress literal = InetAddress.ofLiteral(text);
            return Optional.of(InetAddress.getByAddress(host, literal.getAddress()));
        } catch (IllegalArgumentException | UnknownHostException e) {
            return Optional.empty();
        }
    }
}
