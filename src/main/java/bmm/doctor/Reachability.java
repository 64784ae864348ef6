package bmm.doctor;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Finding;
import bmm.base.Hint;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.store.Stores;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Names the addresses of a store, and warns when one that is meant to be private has a public one. */
final class Reachability {
    private static final String SUBJECT = "addresses";
    private static final int PATIENCE_MILLIS = 3000;

    /** From a name to addresses. */
    interface Names {
        List<InetAddress> of(String host) throws UnknownHostException;
    }

    /** Whether something takes connections at an address. */
    interface Line {
        boolean answers(InetAddress address, int port);
    }

    private final Settings settings;
    private final Names names;
    private final Line line;

    Reachability(Settings settings, Names names, Line line) {
        this.settings = settings;
        this.names = names;
        this.line = line;
    }

    static Reachability ofThisHost(Settings settings) {
        return new Reachability(
                settings, host -> List.of(InetAddress.getAllByName(host)), Reachability::isAnsweringOver);
    }

    private static boolean isAnsweringOver(InetAddress address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), PATIENCE_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** One finding for a store with a host, none for others. */
    List<Finding> audit(String address) {
        boolean meantPrivate = Stores.name(address, settings)
                .flatMap(name -> settings.find(Keys.STORE_PRIVATE, name).map(text -> isYes(name, text)))
                .orElse(false);
        Optional<Endpoint> endpoint = Endpoint.of(address, settings);
        if (endpoint.isEmpty()) {
            return meantPrivate
                    ? List.of(Finding.warn(
                            SUBJECT,
                            "not known: bmm does not see where this kind of store leads",
                            "check by hand that it has no public address"))
                    : List.of();
        }
        return List.of(audit(endpoint.get(), meantPrivate));
    }

    private Finding audit(Endpoint endpoint, boolean meantPrivate) {
        List<InetAddress> found;
        try {
            found = names.of(endpoint.host());
        } catch (UnknownHostException e) {
            return Finding.fail(
                    ExitCode.STORE,
                    SUBJECT,
                    "the host " + endpoint.host() + " is not known",
                    "check the name, and the name server (a private network's own, perhaps)");
        }
        String says = endpoint.host() + " is "
                + found.stream()
                        .map(one ->
                                one.getHostAddress() + " (" + Network.of(one).words() + ")")
                        .distinct()
                        .collect(Collectors.joining(", "));
        List<InetAddress> open =
                found.stream().filter(one -> Network.of(one) == Network.PUBLIC).toList();
        if (!meantPrivate || open.isEmpty()) {
            return Finding.ok(SUBJECT, says + (meantPrivate ? ", private as it should be" : ""));
        }
        List<String> answering = new ArrayList<>();
        for (InetAddress one : open) {
            if (line.answers(one, endpoint.port())) {
                answering.add(one.getHostAddress() + " port " + endpoint.port());
            }
        }
        final String hint = "use its address in the private network, and close the public one: docs/private-network.md";
        return Finding.fail(
                ExitCode.STORE,
                SUBJECT,
                says + "; it is meant to be private, and "
                        + (answering.isEmpty()
                                ? "this name is public, though nothing answers there"
                                : "answers on " + String.join(", ", answering)),
                hint);
    }

    private static boolean isYes(String name, String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "yes", "true", "on", "1" -> true;
            case "no", "false", "off", "0" -> false;
            default ->
                throw new Failure(
                        ExitCode.CONFIGURATION,
                        Keys.STORE_PRIVATE.key(name) + " must be yes or no",
                        Hint.of(Keys.STORE_PRIVATE));
        };
    }
}
