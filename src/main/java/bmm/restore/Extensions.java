package bmm.restore;

import bmm.base.Amounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** The extensions of the source against those of the restored database. */
final class Extensions {
    private Extensions() {}

    /**
     * An older version than the recorded one may lack what the data needs; a newer one is what CREATE EXTENSION makes
     * where a newer package is installed, as it would on the day.
     */
    static Proof compare(Map<String, String> recorded, SortedMap<String, String> found) {
        List<String> differences = new ArrayList<>();
        List<String> newer = new ArrayList<>();
        recorded.forEach((name, version) -> {
            String here = found.get(name);
            if (here == null) {
                differences.add("extension " + name + " is missing");
            } else if (isOlder(here, version)) {
                differences.add("extension " + name + ": version " + version + " expected, " + here + " found");
            } else if (!here.equals(version)) {
                newer.add(name + " " + version + " is " + here + " here");
            }
        });
        if (differences.isEmpty() && !newer.isEmpty()) {
            return Proof.reported("extensions", "all there; " + String.join(", ", newer));
        }
        return Proof.of(
                "extensions",
                recorded.isEmpty() ? "none" : Amounts.count(recorded.size(), "extension") + " at the recorded versions",
                differences);
    }

    private static boolean isOlder(String here, String recorded) {
        String[] left = here.split("\\D+", -1);
        String[] right = recorded.split("\\D+", -1);
        for (int i = 0; i < Math.max(left.length, right.length); i++) {
            int difference = Integer.compare(number(left, i), number(right, i));
            if (difference != 0) {
                return difference < 0;
            }
        }
        return false;
    }

    private static int number(String[] parts, int index) {
        return index < parts.length && !parts[index].isEmpty() && parts[index].length() < 9
                ? Integer.parseInt(parts[index])
                : 0;
    }
}
