package bmm.postgres;

/** Where a sequence stands: the argument list of {@code setval}. */
public record SequenceState(long lastValue, boolean called) {}
