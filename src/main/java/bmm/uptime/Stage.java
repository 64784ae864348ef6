package bmm.uptime;

/** How far a probe comes on its way to a service; where it breaks says whom to call. */
public enum Stage {
    /** The name has no address. */
    DNS("DNS"),
    /** Nothing answers at the address. */
    TCP("TCP"),
    /** The encrypted connection cannot be made, or its certificate is no good. */
    TLS("TLS"),
    /** What stands in front of the service answers, the service itself does not. */
    PROXY("proxy"),
    /** The service answers, but not as it should. */
    APPLICATION("application");

    private final String inWords;

    Stage(String inWords) {
        this.inWords = inWords;
    }

    @Override
    public String toString() {
        return inWords;
    }
}
