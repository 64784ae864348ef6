package bmm.postgres;

import java.io.IOException;

/** Where a sequence stands: the argument list of {@code setval}. */
public record SequenceState(long lastValue, boolean called) {
    /** @throws IOException if the first is no number that a sequence can have */
    static SequenceState parse(String lastValue, String called) throws IOException {
        try {
            return new SequenceState(Long.parseLong(lastValue), called.equals("true"));
        } catch (NumberFormatException e) {
            throw new IOException("damaged archive: impossible value of a sequence", e);
        }
    }
}
