package bmm.restore;

import java.util.List;

/**
 * One thing that a drill looked at.
 *
 * @param name such as {@code content}
 * @param detail in words, one line
 * @param differences each names its object and how it differs
 */
public record Proof(String name, Outcome outcome, String detail, List<String> differences) {
    /** Not a proof, but where it was made: what restored code could reach meanwhile. */
    public static final String ISOLATION = "isolation";

    /** How it came out. */
    public enum Outcome {
        /** It is as it should be. */
        PROVEN,
        /** It is not. */
        FAILED,
        /** Nothing is there to compare with. */
        MISSING,
        /** Not compared, because it may differ with good reason. */
        REPORTED
    }

    static Proof proven(String name, String detail) {
        return new Proof(name, Outcome.PROVEN, detail, List.of());
    }

    static Proof missing(String name, String detail) {
        return new Proof(name, Outcome.MISSING, detail, List.of());
    }

    static Proof reported(String name, String detail) {
        return new Proof(name, Outcome.REPORTED, detail, List.of());
    }

    /** Failed if anything differs, else proven. */
    static Proof of(String name, String whatIsProven, List<String> differences) {
        return differences.isEmpty()
                ? proven(name, whatIsProven)
                : new Proof(
                        name,
                        Outcome.FAILED,
                        differences.getFirst()
                                + (differences.size() > 1 ? ", and " + (differences.size() - 1) + " more" : ""),
                        List.copyOf(differences));
    }
}
