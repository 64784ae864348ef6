package bmm.mirror;

import bmm.base.Amounts;
import bmm.catalog.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a mirror may do and how, as written behind its two stores: {@code update delete max-delete=2% canary=alive.txt}. */
public final class Conditions {
    /** What is known, for hints. */
    public static final String KNOWN =
            "update, delete, max-delete=N or N%, canary=KEY, changed=keep or report, snapshot,"
                    + " transfers=N, bandwidth=SIZE, include=GLOB, exclude=GLOB, window=01:00-05:00, keep-last=N, keep-daily=N,"
                    + " keep-weekly=N, keep-monthly=N, keep-yearly=N, keep-within=AGE";

    private static final int MOST_TRANSFERS = 256;

    private boolean update;
    private boolean delete;
    private boolean snapshot;
    private boolean keepChanged = true;
    private MaxDelete maxDelete = MaxDelete.DEFAULT;
    private @Nullable String canary;
    private int transfers = 16;
    private long bandwidth;
    private @Nullable Window window;
    private @Nullable Duration keepWithin;
    private final List<String> include = new ArrayList<>();
    private final List<String> exclude = new ArrayList<>();
    private final int[] keep = new int[5];

    /**
     * Reads conditions; of two that contradict each other the later one holds.
     *
     * @throws IllegalArgumentException that names the word and says what is wrong with it
     */
    public static Conditions parse(List<String> words) {
        Conditions conditions = new Conditions();
        for (String word : words) {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            try {
                if (equals < 0) {
                    conditions.set(name);
                } else {
                    conditions.set(name, word.substring(equals + 1));
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(word + ": " + e.getMessage(), e);
            }
        }
        return conditions;
    }

    private void set(String name) {
        switch (name) {
            case "update" -> update = true;
            case "delete" -> delete = true;
            case "snapshot" -> snapshot = true;
            default -> throw new IllegalArgumentException("not a condition; known are " + KNOWN);
        }
    }

    private void set(String name, String value) {
        switch (name) {
            case "max-delete" -> maxDelete = MaxDelete.parse(value);
            case "canary" -> canary = value;
            case "changed" -> keepChanged = keepOrReport(value);
            case "transfers" -> transfers = number(value, 1, MOST_TRANSFERS);
            case "bandwidth" -> bandwidth = Amounts.parseBytes(value);
            case "include" -> include.add(value);
            case "exclude" -> exclude.add(value);
            case "window" -> window = Window.parse(value);
            case "keep-within" -> keepWithin = Amounts.parseDuration(value);
            case "keep-last" -> keep[0] = number(value, 0, 100_000);
            case "keep-daily" -> keep[1] = number(value, 0, 100_000);
            case "keep-weekly" -> keep[2] = number(value, 0, 100_000);
            case "keep-monthly" -> keep[3] = number(value, 0, 100_000);
            case "keep-yearly" -> keep[4] = number(value, 0, 100_000);
            default -> throw new IllegalArgumentException("not a condition; known are " + KNOWN);
        }
    }

    private static boolean keepOrReport(String value) {
        return switch (value) {
            case "keep" -> true;
            case "report" -> false;
            default -> throw new IllegalArgumentException("must be keep or report");
        };
    }

    private static int number(String text, int least, int most) {
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a whole number", e);
        }
        throw new IllegalArgumentException("must be " + least + " to " + most);
    }

    boolean update() {
        return update;
    }

    boolean delete() {
        return delete;
    }

    boolean snapshot() {
        return snapshot;
    }

    /** Whether the new version of a changed object is kept beside the old one, not only reported. */
    boolean keepChanged() {
        return keepChanged;
    }

    MaxDelete maxDelete() {
        return maxDelete;
    }

    Optional<String> canary() {
        return Optional.ofNullable(canary);
    }

    int transfers() {
        return transfers;
    }

    /** Bytes a second; 0 for as fast as it goes. */
    long bandwidth() {
        return bandwidth;
    }

    Optional<Window> window() {
        return Optional.ofNullable(window);
    }

    KeyFilter filter() {
        return new KeyFilter(include, exclude);
    }

    /** Which snapshots stay when they are pruned. */
    Retention.Policy retention() {
        return new Retention.Policy(keepWithin, keep[0], 0, keep[1], keep[2], keep[3], keep[4]);
    }
}
