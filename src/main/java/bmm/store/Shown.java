package bmm.store;

/** Keys in messages: a control character in a key must not reach a terminal or break a log line. */
final class Shown {
    private Shown() {}

    static String key(String key) {
        if (key.isEmpty()) {
            return "(empty key)";
        }
        StringBuilder shown = new StringBuilder(key.length());
        key.codePoints().forEach(c -> {
            if (Character.isISOControl(c)) {
                shown.append(String.format("\\u%04X", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }
}
