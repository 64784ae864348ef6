package bmm.base;

/**
 * A value as it was written, and where.
 *
 * @param text the value, not yet parsed
 * @param where {@code file:line}, {@code environment} or {@code option}
 * @param foreign whether another user than root and this one wrote it
 */
record Given(String text, String where, boolean foreign) {
    /** By whoever runs bmm. */
    static Given own(String text, String where) {
        return new Given(text, where, false);
    }
}
