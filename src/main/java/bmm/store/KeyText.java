package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.SafeText;
import java.nio.charset.StandardCharsets;

/** Keys as text: what can be one, and how one is shown. */
public final class KeyText {
    private KeyText() {}

    /**
     * The key itself.
     *
     * @throws Failure if it is empty, or no Unicode text (a surrogate without its other half)
     */
    static String checked(String store, String key) {
        if (key.isEmpty()) {
            throw new Failure(ExitCode.STORE, store + ": a key cannot be empty", "give the object a name");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(key)) {
            throw new Failure(
                    ExitCode.STORE, store + ": " + shown(key) + ": is not valid Unicode text", "use another key");
        }
        return key;
    }

    /** For messages: a control character must not reach a terminal or break a log line. */
    public static String shown(String key) {
        if (key.isEmpty()) {
            return "(empty key)";
        }
        return SafeText.line(key);
    }
}
