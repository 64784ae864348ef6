package bmm.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Conditions of a mirror as options; they win over those of the setting. */
final class MirrorConditions {
    @Option(names = "--update", description = "Replace objects that have changed at the source.")
    boolean update;

    @Option(
            names = "--delete",
            description = "Delete objects that the source no longer has, if the guards let the whole plan pass.")
    boolean delete;

    @Option(
            names = "--max-delete",
            paramLabel = "N|N%",
            description = "Refuse a plan that deletes more (default: 10 or 1%%, whichever is larger).")
    @Nullable
    String maxDelete;

    @Option(names = "--canary", paramLabel = "KEY", description = "Refuse a source that does not have this object.")
    @Nullable
    String canary;

    @Option(
            names = "--changed",
            paramLabel = "keep|report",
            description = "Changed objects without --update: keep both versions (default), or only say so.")
    @Nullable
    String changed;

    @Option(names = "--snapshot", description = "Afterwards, list what the destination holds in .bmm/snapshots/.")
    boolean snapshot;

    @Option(names = "--transfers", paramLabel = "N", description = "Objects under way at a time (default: 16).")
    @Nullable
    String transfers;

    @Option(names = "--bandwidth", paramLabel = "SIZE", description = "Bytes a second at most, such as 10MB.")
    @Nullable
    String bandwidth;

    @Option(names = "--include", paramLabel = "GLOB", description = "Only these keys, on both sides; repeatable.")
    List<String> include = new ArrayList<>();

    @Option(names = "--exclude", paramLabel = "GLOB", description = "Not these keys, on both sides; repeatable.")
    List<String> exclude = new ArrayList<>();

    @Option(names = "--window", paramLabel = "FROM-TO", description = "Copy only then, such as 01:00-05:00 (UTC).")
    @Nullable
    String window;

    /** The words that a setting would have for these options. */
    List<String> words() {
        List<String> words = new ArrayList<>();
        flag(words, "update", update);
        flag(words, "delete", delete);
        flag(words, "snapshot", snapshot);
        value(words, "max-delete", maxDelete);
        value(words, "canary", canary);
        value(words, "changed", changed);
        value(words, "transfers", transfers);
        value(words, "bandwidth", bandwidth);
        value(words, "window", window);
        include.forEach(glob -> words.add("include=" + glob));
        exclude.forEach(glob -> words.add("exclude=" + glob));
        return words;
    }

    private static void flag(List<String> words, String name, boolean given) {
        if (given) {
            words.add(name);
        }
    }

    /** A word for an option that has a value, if it is given. */
    static void value(List<String> words, String name, @Nullable String value) {
        if (value != null) {
            words.add(name + "=" + value);
        }
    }
}
