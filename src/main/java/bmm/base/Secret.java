package bmm.base;

/**
 * A value that must never be shown. Its {@link #toString()} is a mask, so that a log line, an exception or a JSON
 * document that holds it by accident shows the mask.
 */
public final class Secret {
    /** What stands wherever a secret would have been shown. */
    public static final String MASK = "***";

    // transient: JSON libraries that look into objects leave it out.
    private final transient String value;

    public Secret(String value) {
        this.value = value;
    }

    /** The value itself; for the one call that must hand it to a server or a child's environment. */
    public String reveal() {
        return value;
    }

    @Override
    public String toString() {
        return MASK;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && secret.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }
}
