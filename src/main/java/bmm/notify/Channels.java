package bmm.notify;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The channels that are set up, by name. Each is made when it is first used: some load thousands of classes. */
public final class Channels {
    private final Map<String, Supplier<Channel>> makers;
    private final Map<String, Channel> made = new LinkedHashMap<>();

    public Channels(Map<String, Supplier<Channel>> makers) {
        this.makers = new LinkedHashMap<>(makers);
    }

    public Set<String> names() {
        return makers.keySet();
    }

    public synchronized Optional<Channel> find(String name) {
        Supplier<Channel> maker = makers.get(name);
        return maker == null ? Optional.empty() : Optional.of(made.computeIfAbsent(name, key -> maker.get()));
    }
}
