package bmm.store;

import bmm.store.BucketClient.VersionPage;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The versions that are read, page by page. Nothing is decided by them: where a page does not lead on it is the end. */
final class S3Versions implements Iterator<ObjectVersion> {
    private final BucketClient client;
    private final String root;
    private final String prefix;
    private final S3Errors errors;
    private final Attempts attempts;
    private Iterator<ObjectVersion> page = Collections.emptyIterator();
    private @Nullable VersionPage before;

    /** @param root what every key begins with, and no caller sees */
    S3Versions(BucketClient client, String root, String prefix, S3Errors errors, Attempts attempts) {
        this.client = client;
        this.root = root;
        this.prefix = prefix;
        this.errors = errors;
        this.attempts = attempts;
    }

    @Override
    public boolean hasNext() {
        while (!page.hasNext() && (before == null || (before.truncated() && before.followingKey() != null))) {
            VersionPage known = before;
            try {
                VersionPage answer = attempts.of(() -> client.versions(
                        root + prefix,
                        known == null ? null : known.followingKey(),
                        known == null ? null : known.followingVersion()));
                before = answer;
                page = answer.current().iterator();
            } catch (RuntimeException e) {
                throw errors.failure("", e);
            }
        }
        return page.hasNext();
    }

    @Override
    public ObjectVersion next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        ObjectVersion version = page.next();
        return new ObjectVersion(version.key().substring(root.length()), version.tag(), version.version());
    }
}
