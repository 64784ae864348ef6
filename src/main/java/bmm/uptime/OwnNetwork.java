package bmm.uptime;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Tells "they are all down" from "this machine is cut off": asked only when nothing outside answers, it knocks at targets
 * that have nothing to do with what is watched.
 */
final class OwnNetwork {
    private final List<TcpProbe> references;

    /** Without references the network counts as working. */
    OwnNetwork(List<TcpProbe> references) {
        this.references = List.copyOf(references);
    }

    /** Whether not one of the references answers. */
    boolean isDown(Duration timeout) throws InterruptedException {
        BlockingQueue<Boolean> answers = new LinkedBlockingQueue<>();
        for (TcpProbe reference : references) {
            Thread thread = new Thread(() -> answers.add(isUp(reference, timeout)), "reference");
            thread.setDaemon(true);
            thread.start();
        }
        Deadline deadline = Deadline.in(timeout);
        for (int i = 0; i < references.size(); i++) {
            Boolean up = answers.poll(deadline.left().toMillis(), TimeUnit.MILLISECONDS);
            if (Boolean.TRUE.equals(up)) {
                return false;
            }
        }
        return !references.isEmpty();
    }

    private static boolean isUp(TcpProbe reference, Duration timeout) {
        try {
            return reference.look(new Trail(), timeout).isUp();
        } catch (IOException e) {
            return false;
        }
    }

    /** For messages: {@code tcp://1.1.1.1:443 and tcp://9.9.9.9:443}. */
    String inWords() {
        return String.join(" and ", references.stream().map(TcpProbe::target).toList());
    }
}
