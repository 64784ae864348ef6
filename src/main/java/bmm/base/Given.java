package bmm.base;

/**
 * A value as it was written, and where.
 *
 * @param text the value, not yet parsed
 * @param where {@code file:line}, {@code environment} or {@code option}
 */
record Given(String text, String where) {}
