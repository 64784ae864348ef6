package bmm.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Copies of which no more than some bytes a second come and go. What a server copies by itself does not count. */
final class LimitedCopies implements ObjectCopies {
    private final ObjectCopies copies;
    private final Throttle throttle;

    LimitedCopies(ObjectCopies copies, Throttle throttle) {
        this.copies = copies;
        this.throttle = throttle;
    }

    @Override
    public Fetched fetch(String key) {
        Fetched fetched = copies.fetch(key);
        return new Fetched(fetched.info(), fetched.properties(), throttle.slowed(fetched.content()));
    }

    @Override
    public InputStream piece(ObjectInfo object, long offset, long length) {
        return throttle.slowed(copies.piece(object, offset, length));
    }

    @Override
    public List<Long> parts(ObjectInfo object) {
        return copies.parts(object);
    }

    @Override
    public void put(String key, RangedBody body, Manner manner) {
        copies.put(
                key,
                new RangedBody() {
                    @Override
                    public long size() {
                        return body.size();
                    }

                    @Override
                    public InputStream open(long offset, long length) throws IOException {
                        return throttle.slowed(body.open(offset, length));
                    }
                },
                manner);
    }

    @Override
    public boolean copy(ObjectCopies from, ObjectInfo object, String key, boolean replace) {
        return copies.copy(from, object, key, replace);
    }

    @Override
    public boolean refusesToReplace(String trialKey) {
        return copies.refusesToReplace(trialKey);
    }

    @Override
    public ObjectCopies undecorated() {
        return copies.undecorated();
    }
}
