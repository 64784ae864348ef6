package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.store.BucketClient.Content;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * An object being read. A connection that breaks, or ends before the announced number of bytes, is taken up again where
 * it broke, provided that the object is still the same; when that fails too, reading throws a {@link Failure}.
 */
final class S3Stream extends InputStream {
    /** After so many bytes the network is taken to work again, and the attempts are counted anew. */
    private static final long PROGRESS = 1 << 20;

    private final BucketClient client;
    private final S3Address address;
    private final String key;
    private final S3Errors errors;
    private final Attempts attempts;
    private final String tag;

    /** The next byte to read and the one after the last, counted from the start of the object. */
    private long position;

    private final long end;
    private @Nullable Content stream;
    private int attempt = 1;
    private long lastBreak;

    /** Begins at an offset of a response to a request without or with a range, as far as that response goes. */
    S3Stream(
            BucketClient client,
            S3Address address,
            String key,
            S3Errors errors,
            Attempts attempts,
            long offset,
            Content stream) {
        this.client = client;
        this.address = address;
        this.key = key;
        this.errors = errors;
        this.attempts = attempts;
        this.stream = stream;
        this.tag = stream.tag();
        this.position = offset;
        this.end = offset + stream.length();
        this.lastBreak = offset;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) {
        if (length == 0) {
            return 0;
        }
        while (position < end) {
            try {
                Content in = stream;
                if (in == null) {
                    in = reopen();
                    stream = in;
                }
                int count = in.stream().read(target, from, (int) Math.min(length, end - position));
                if (count < 0) {
                    throw new IOException("the answer ended " + (end - position) + " bytes early");
                }
                position += count;
                return count;
            } catch (IOException e) {
                abort();
                waitOrGiveUp(new java.io.UncheckedIOException(e), e);
            } catch (RuntimeException e) {
                abort();
                if (!S3Errors.isTransient(e)) {
                    throw errors.failure(key, e);
                }
                waitOrGiveUp(e, e);
            }
        }
        return -1;
    }

    private void waitOrGiveUp(RuntimeException thrown, Exception cause) {
        attempt = position - lastBreak >= PROGRESS ? 1 : attempt;
        lastBreak = position;
        if (attempt >= attempts.most()) {
            throw new Failure(
                    ExitCode.STORE,
                    address + ": " + KeyText.shown(key) + ": reading broke off at byte " + position + " of " + end
                            + ": " + Failure.reason(cause),
                    "check the server and the network to it",
                    cause);
        }
        attempts.waitAfter(attempt, thrown);
        attempt++;
    }

    private Content reopen() {
        Content again = client.get(address.prefix() + key, "bytes=" + position + "-" + (end - 1), tag);
        if (!S3Store.startsAt(position, again) || again.length() != end - position || !tag.equals(again.tag())) {
            again.abort();
            throw S3Store.changed(address, key);
        }
        return again;
    }

    private void abort() {
        Content in = stream;
        stream = null;
        if (in != null) {
            in.abort();
        }
    }

    @Override
    public void close() throws IOException {
        Content in = stream;
        stream = null;
        if (in == null) {
            return;
        }
        if (position == end) {
            in.stream().close();
        } else {
            // Closing would first read all the rest.
            in.abort();
        }
    }
}
