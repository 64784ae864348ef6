package bmm.cli;

import bmm.base.AddressBook;
import bmm.base.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The address book while alerts are on their way: broken DNS does not stop them. Closing it saves what was learnt. */
final class KnownAddresses implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KnownAddresses.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final AddressBook book;

    private KnownAddresses(AddressBook book) {
        this.book = book;
    }

    static KnownAddresses use(Path stateDirectory, Instant now) {
        AddressBook book = AddressBook.open(stateDirectory, now);
        book.use();
        return new KnownAddresses(book);
    }

    /** Learns what is not known yet. A resolver that hangs is not waited for. */
    void refresh(Collection<String> hosts) throws InterruptedException {
        if (book.areFresh(hosts)) {
            return;
        }
        AddressBook.putAway(); // what it knows itself is no news
        Thread thread = new Thread(() -> book.refresh(hosts), "addresses");
        thread.setDaemon(true);
        thread.start();
        thread.join(PATIENCE.toMillis());
    }

    @Override
    public void close() {
        AddressBook.putAway();
        try {
            book.save();
        } catch (IOException e) {
            LOG.atDebug().log("addresses not written: {}", Failure.reason(e));
        }
    }
}
