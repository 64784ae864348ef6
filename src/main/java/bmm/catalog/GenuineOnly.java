package bmm.catalog;

import bmm.catalog.Retention.Candidate;
import bmm.catalog.Retention.Decision;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Retention where anybody may have put backups beside the genuine ones. A backup that is not genuine never takes the place
 * of another one: the genuine are decided on as if they were alone, and each of the others as if it were alone with them.
 */
public final class GenuineOnly {
    private GenuineOnly() {}

    /** Decides on some candidates, newest first. */
    public interface Rules {
        List<Decision> decide(Collection<Candidate> candidates);
    }

    /**
     * Decides on all of them, newest first.
     *
     * @param isGenuine asked by name, and only of those whose answer matters, as it takes a request to a store
     */
    public static List<Decision> decide(Collection<Candidate> candidates, Rules rules, Predicate<String> isGenuine) {
        List<Decision> all = rules.decide(candidates);
        // What is removed gives no reason to remove another one: where everything that stays is genuine, so is the
        // result.
        if (all.stream().allMatch(Decision::keep)
                || all.stream()
                        .filter(Decision::keep)
                        .allMatch(one -> isGenuine.test(one.candidate().name()))) {
            return all;
        }
        Map<String, Boolean> genuine = new HashMap<>();
        candidates.forEach(one -> genuine.put(one.name(), isGenuine.test(one.name())));
        List<Candidate> alone = candidates.stream()
                .filter(one -> Boolean.TRUE.equals(genuine.get(one.name())))
                .toList();
        Map<String, Decision> decided = new HashMap<>();
        rules.decide(alone).forEach(one -> decided.put(one.candidate().name(), one));
        for (Candidate other : candidates) {
            if (!decided.containsKey(other.name())) {
                List<Candidate> with = new ArrayList<>(alone);
                with.add(other);
                rules.decide(with).stream()
                        .filter(one -> one.candidate().equals(other))
                        .forEach(one -> decided.put(other.name(), one.unsigned()));
            }
        }
        return all.stream()
                .map(one -> decided.getOrDefault(one.candidate().name(), one))
                .toList();
    }
}
