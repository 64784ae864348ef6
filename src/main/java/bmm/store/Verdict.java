package bmm.store;

/** What a probe saw. */
public enum Verdict {
    /** It can be done. */
    YES,
    /** It cannot be done, or these credentials may not. */
    NO,
    /** What was asked for is kept to. */
    ENFORCED,
    /** The store says that it does not know this. */
    REJECTED,
    /** The store says yes and does something else. */
    IGNORED,
    /** It could not be told. */
    UNKNOWN
}
