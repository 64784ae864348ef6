package bmm.alert;

import java.io.IOException;
import java.util.List;

/** Where the state is between runs. Every change reads, makes a new one and writes it, alone. */
interface StateStore {
    /**
     * What was found.
     *
     * @param problems what was wrong with it, to be told as well; one sentence each
     */
    record Loaded(AlertState state, List<String> problems) {}

    /** Keeps other processes and threads from changing the state until it is closed. */
    interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    Hold hold();

    /** Reads the newest good state there is; an empty one if there is none. */
    Loaded load();

    /** Writes the state so that it is there completely or not at all. */
    void save(AlertState state) throws IOException;
}
