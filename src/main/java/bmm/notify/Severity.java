package bmm.notify;

/** How much a message matters; {@code BMM_CHANNELS} says which way each kind goes. */
public enum Severity {
    /** Good to know: a recovery that nobody waited for, the end of a migration. */
    INFO,
    /** To be looked at today. */
    WARNING,
    /** Wakes someone up. */
    CRITICAL;

    /** The graver of two. */
    public Severity worse(Severity other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
