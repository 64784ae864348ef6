package bmm.postgres.sandbox;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What keeps a program away from the rest of the machine. */
sealed interface Means permits Bubblewrap, Namespaces, Bare {
    /** For messages. */
    String title();

    /** The programs that it takes and that are not installed here. */
    List<String> missing();

    /**
     * The words that a command has to begin with: what comes behind them runs as the user, without capabilities, and
     * can never gain any.
     *
     * @param surroundings what the sandbox is built from
     */
    List<String> words(Surroundings surroundings);

    /**
     * What a sandbox is built from.
     *
     * @param mountPoint an empty directory of bmm's, for a sandbox to mount its file system at
     */
    record Surroundings(View view, DrillUser user, Path mountPoint) {}

    static List<String> notInstalled(String... programs) {
        return Stream.of(programs)
                .filter(program -> SystemProgram.find(program).isEmpty())
                .toList();
    }
}
