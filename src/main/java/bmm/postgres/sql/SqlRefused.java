package bmm.postgres.sql;

import java.io.IOException;

/** SQL text that bmm does not run: the message is one line, names the line of the text, and says why. */
public final class SqlRefused extends IOException {
    private static final long serialVersionUID = 1;

    SqlRefused(long line, String why) {
        super("line " + line + ": " + why);
    }
}
