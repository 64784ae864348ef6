package bmm.postgres.sandbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Programs of the system, which are looked for where only root installs any. */
final class SystemProgram {
    /** As {@code PATH}. */
    static final String SEARCH_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

    private SystemProgram() {}

    static Optional<String> find(String name) {
        return List.of(SEARCH_PATH.split(":", -1)).stream()
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }
}
