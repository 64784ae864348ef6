package bmm.mirror;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.store.KeyOrder;
import bmm.store.KeyText;
import bmm.store.ObjectInfo;
import bmm.store.ObjectStore;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The objects of a store, read ahead by a thread of its own, so that two listings are under way at a time and the next
 * pages arrive while these are compared. Keys must ascend; what is bmm's own or filtered out is passed over.
 */
final class Listing implements Iterator<ObjectInfo>, AutoCloseable {
    private static final int BATCH = 500;
    private static final int BATCHES = 2;

    /** Some objects; without any it is the end, with the reason if it came too early. */
    private record Batch(List<ObjectInfo> objects, @Nullable Throwable failure) {}

    private final ObjectStore store;
    private final Predicate<String> wanted;
    private final UnaryOperator<Failure> told;
    private final BlockingQueue<Batch> queue = new ArrayBlockingQueue<>(BATCHES);
    private final Thread reader;
    private Iterator<ObjectInfo> batch = List.<ObjectInfo>of().iterator();
    private @Nullable ObjectInfo next;

    /**
     * @param told what a failure means to whoever reads the listing
     */
    Listing(ObjectStore store, Predicate<String> wanted, UnaryOperator<Failure> told) {
        this.told = told;
        this.store = store;
        this.wanted = wanted;
        this.reader = Thread.ofPlatform().daemon().name("list " + store.name()).start(this::read);
        // The first object is waited for later: the other listing begins meanwhile.
    }

    private void read() {
        try {
            Batch end;
            try {
                list();
                end = new Batch(List.of(), null);
            } catch (RuntimeException | OutOfMemoryError e) {
                end = new Batch(List.of(), e);
            }
            queue.put(end);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed: nobody wants more
        }
    }

    private void list() throws InterruptedException {
        Iterator<ObjectInfo> objects = store.list("");
        List<ObjectInfo> filled = new ArrayList<>(BATCH);
        String last = null;
        while (objects.hasNext()) {
            ObjectInfo object = objects.next();
            String key = object.key();
            if (last != null && KeyOrder.UTF8.compare(last, key) >= 0) {
                throw new Failure(
                        ExitCode.STORE,
                        store.name() + ": the listing cannot be trusted: the key " + KeyText.shown(key)
                                + " comes after " + KeyText.shown(last),
                        "nothing may be decided by it; look for a faulty proxy or server");
            }
            last = key;
            if (!Reserved.is(key) && wanted.test(key)) {
                filled.add(object);
                if (filled.size() == BATCH) {
                    queue.put(new Batch(filled, null));
                    filled = new ArrayList<>(BATCH);
                }
            }
        }
        if (!filled.isEmpty()) {
            queue.put(new Batch(filled, null));
        }
    }

    @Override
    public boolean hasNext() {
        return peek() != null;
    }

    @Override
    public ObjectInfo next() {
        ObjectInfo current = peek();
        if (current == null) {
            throw new NoSuchElementException();
        }
        next = null;
        return current;
    }

    /** The object that comes next, or null at the end. */
    @Nullable
    ObjectInfo peek() {
        if (next == null && batch.hasNext()) {
            next = batch.next();
        } else if (next == null) {
            next = take();
        }
        return next;
    }

    private @Nullable ObjectInfo take() {
        Batch taken;
        try {
            taken = queue.take();
            if (taken.objects().isEmpty()) {
                // The end stays the end, however often it is asked for.
                queue.put(taken);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.MIRROR, "stopped", "run it again", e);
        }
        switch (taken.failure()) {
            case null -> {}
            case Failure failure -> throw told.apply(failure);
            default -> throw new IllegalStateException(taken.failure());
        }
        batch = taken.objects().iterator();
        return batch.hasNext() ? batch.next() : null;
    }

    @Override
    public void close() {
        reader.interrupt();
    }
}
