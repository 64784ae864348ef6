package bmm.base;

import java.util.Collection;

/** Lists in messages, which stay short. */
public final class Shown {
    private static final int MOST = 12;

    private Shown() {}

    public static String list(Collection<String> names) {
        String shown = String.join(", ", names.stream().limit(MOST).toList());
        return names.size() > MOST ? shown + " and " + (names.size() - MOST) + " more" : shown;
    }
}
