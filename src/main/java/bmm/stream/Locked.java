package bmm.stream;

import java.io.IOException;

/** Encrypted to none of the identities at hand. The bytes may be perfectly good. */
public final class Locked extends IOException {
    Locked(String message) {
        super(message);
    }
}
