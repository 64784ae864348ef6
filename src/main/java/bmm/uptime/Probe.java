package bmm.uptime;

import bmm.alert.Layer;
import java.io.IOException;
import java.time.Duration;

/** One check of one thing. */
public sealed interface Probe permits CommandProbe, DiskProbe, DnsProbe, HttpProbe, PostgresProbe, TcpProbe {
    /** What is looked at, for people; without secrets. */
    String target();

    /** How deep the thing lies, unless its owner says otherwise. */
    Layer layer();

    /**
     * Looks once. May take longer than it should where the system cannot be interrupted, looking up a name say: the
     * caller then goes on without it.
     *
     * @param trail told how far it has come
     * @param timeout how long it may take
     * @throws IOException if it is down, with the reason; the stage is that of the trail
     */
    Look look(Trail trail, Duration timeout) throws IOException, InterruptedException;
}
