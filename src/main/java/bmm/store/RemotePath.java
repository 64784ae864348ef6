package bmm.store;

import java.util.ArrayList;
import java.util.List;

/**
 * Where an object lies below the root of an rsync: store, written so that no program takes it for an option.
 *
 * @param file {@code ./a/b.txt}
 * @param directories those above it, from the top: {@code ./a}
 */
record RemotePath(String file, List<String> directories) {
    /**
     * The path of a key.
     *
     * @throws IllegalArgumentException with a reason, if a file cannot have that name
     */
    static RemotePath of(String key) {
        List<String> directories = new ArrayList<>();
        StringBuilder path = new StringBuilder(".");
        for (String part : key.split("/", -1)) {
            if (path.length() > 1) {
                directories.add(path.toString());
            }
            path.append('/').append(FileNames.encodeAnywhere(part));
        }
        return new RemotePath(path.toString(), List.copyOf(directories));
    }

    /** As the scripts take them. */
    List<String> arguments() {
        return arguments(directories);
    }

    /** With the lowest directory first. */
    List<String> argumentsFromTheBottom() {
        return arguments(directories.reversed());
    }

    private List<String> arguments(List<String> above) {
        List<String> arguments = new ArrayList<>(List.of(file));
        arguments.addAll(above);
        return arguments;
    }
}
