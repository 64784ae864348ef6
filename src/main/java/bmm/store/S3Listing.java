package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a listing page by page, and believes none of it blindly: keys must ascend and carry the prefix, a page that is
 * not the last must lead to another one, and behind the last key, asked one more time, there must be nothing. A mirror
 * that deletes what is missing from a listing depends on this.
 */
final class S3Listing implements Iterator<ObjectInfo> {
    private final BucketClient client;
    private final S3Address address;
    private final String prefix;
    private final S3Errors errors;
    private final Attempts attempts;

    private Iterator<ObjectInfo> page = Collections.emptyIterator();
    private @Nullable String token;
    private @Nullable String last;
    private boolean confirming;
    private boolean done;
    private @Nullable ObjectInfo next;

    S3Listing(BucketClient client, S3Address address, String prefix, S3Errors errors, Attempts attempts) {
        this.client = client;
        this.address = address;
        this.prefix = address.prefix() + prefix;
        this.errors = errors;
        this.attempts = attempts;
        this.next = advance();
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public ObjectInfo next() {
        ObjectInfo current = next;
        if (current == null) {
            throw new NoSuchElementException();
        }
        next = advance();
        return current;
    }

    private @Nullable ObjectInfo advance() {
        while (!page.hasNext()) {
            if (done) {
                return null;
            }
            read();
        }
        ObjectInfo object = page.next();
        String key = object.key();
        String before = last;
        if (object.size() < 0) {
            throw wrong("the key " + KeyText.shown(key) + " has no size or no time");
        }
        if (!key.startsWith(prefix)) {
            throw wrong("the key " + KeyText.shown(key) + " does not begin with " + KeyText.shown(prefix));
        }
        if (before != null && KeyOrder.UTF8.compare(before, key) >= 0) {
            throw wrong("the key " + KeyText.shown(key) + " comes after " + KeyText.shown(before));
        }
        last = key;
        return new ObjectInfo(key.substring(address.prefix().length()), object.size(), object.modified(), object.tag());
    }

    private void read() {
        BucketClient.Page answer;
        try {
            answer = attempts.of(() -> confirming ? client.list(prefix, null, last) : client.list(prefix, token, null));
        } catch (RuntimeException e) {
            throw errors.failure(prefix, e);
        }
        check(answer);
    }

    private void check(BucketClient.Page answer) {
        Integer count = answer.announced();
        if (count != null && count != answer.objects().size()) {
            throw wrong("a page announces " + count + " keys and has "
                    + answer.objects().size());
        }
        if (confirming && !answer.objects().isEmpty() && isRestart(answer)) {
            // The store does not know start-after and began again: nothing can be learned from it.
            done = true;
            return;
        }
        page = answer.objects().iterator();
        if (answer.truncated()) {
            String following = answer.following();
            if (following == null || following.isEmpty() || following.equals(token)) {
                throw wrong("a page says that it is not the last, but not how to go on");
            }
            token = following;
            confirming = false;
        } else if (last == null && answer.objects().isEmpty()) {
            done = true;
        } else if (confirming && answer.objects().isEmpty()) {
            done = true;
        } else {
            // Servers have been seen that forget to say that there is more. What comes after the last key is listed
            // too: it is either that, or was created meanwhile.
            confirming = true;
        }
    }

    private boolean isRestart(BucketClient.Page answer) {
        String before = last;
        return before != null
                && KeyOrder.UTF8.compare(answer.objects().getFirst().key(), before) <= 0;
    }

    private Failure wrong(String what) {
        return new Failure(
                ExitCode.STORE,
                address + ": the listing cannot be trusted: " + what,
                "nothing may be decided by it; look for a faulty proxy or server");
    }
}
