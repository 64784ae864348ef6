package bmm.mirror;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.store.Fetched;
import bmm.store.ObjectCopies.Manner;
import bmm.store.ObjectExists;
import bmm.store.ObjectInfo;
import bmm.store.ObjectMissing;
import bmm.store.ObjectStore;
import bmm.store.Throttle;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/** Copies single objects from store to store, as what they are now, and again if they change meanwhile. */
final class Copier {
    /** An object that changes as often as this while it is read is left for the next run. */
    private static final int TRIES = 3;

    private static final int BUFFER = 64 * 1024;

    private final ObjectStore source;
    private final ObjectStore destination;

    /** The destination where it is read; what goes into it has already passed the limit. */
    private final ObjectStore readBack;

    private final LongConsumer read;

    /**
     * @param throttle what may be read a second, from both
     * @param read told the number of bytes of each read
     */
    Copier(ObjectStore source, ObjectStore destination, Throttle throttle, LongConsumer read) {
        this.source = throttle.limited(source);
        this.destination = destination;
        this.readBack = throttle.limited(destination);
        this.read = read;
    }

    /**
     * Copies one object.
     *
     * @param key its name at the destination
     * @return how many bytes it has
     * @throws ObjectMissing if the source no longer has it
     * @throws ObjectExists if the destination has another one under that key, which may not be replaced
     */
    long copy(ObjectInfo object, String key, boolean replace) {
        if (destination.copies().copy(source.copies(), object, key, replace)) {
            return object.size();
        }
        for (int tried = 1; ; tried++) {
            try (CopyBody body = body(source.copies().fetch(object.key()), key, replace)) {
                return body.size();
            } catch (Changed e) {
                if (tried == TRIES) {
                    throw e.failure;
                }
            }
        }
    }

    private CopyBody body(Fetched fetched, String key, boolean replace) {
        CopyBody body = new CopyBody(source, fetched, read);
        try {
            ObjectInfo info = fetched.info();
            // Nearly all objects came in one piece, which their tags tell.
            List<Long> parts = source.copies().parts(info);
            destination
                    .copies()
                    .put(key, body, new Manner(fetched.properties(), parts, info.tag(), info.modified(), replace));
            return body;
        } catch (ObjectExists e) {
            body.close();
            if (isAlreadyThere(fetched.info(), key)) {
                return body;
            }
            throw e;
        } catch (Failure e) {
            body.close();
            throw isStill(body) ? e : new Changed(e);
        }
    }

    private static boolean isStill(CopyBody body) {
        try {
            return body.isUnchanged();
        } catch (Failure e) {
            // The failure that led here says more.
            return true;
        }
    }

    /** The answer to a successful request may have been lost, or another run been here. */
    private boolean isAlreadyThere(ObjectInfo object, String key) {
        return destination
                .head(key)
                .filter(there -> Comparison.of(object, there) == Comparison.Result.SAME)
                .isPresent();
    }

    /** Whether both objects hold the same bytes; reads them both. */
    boolean isSameContent(ObjectInfo there, ObjectInfo here) {
        try (InputStream one = new BufferedInputStream(source.get(there.key()), BUFFER);
                InputStream other = new BufferedInputStream(readBack.get(here.key()), BUFFER)) {
            byte[] left = new byte[BUFFER];
            byte[] right = new byte[BUFFER];
            while (true) {
                int count = one.readNBytes(left, 0, BUFFER);
                int against = other.readNBytes(right, 0, BUFFER);
                if (!Arrays.equals(left, 0, count, right, 0, against)) {
                    return false;
                }
                if (count == 0) {
                    return true;
                }
            }
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.STORE,
                    source.name() + ": " + bmm.store.KeyText.shown(there.key()) + ": cannot be compared: "
                            + Failure.reason(e),
                    "run it again",
                    e);
        }
    }

    /** The source changed under the copy. */
    private static final class Changed extends RuntimeException {
        private final transient Failure failure;

        Changed(Failure failure) {
            super(failure);
            this.failure = failure;
        }
    }
}
