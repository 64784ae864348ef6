package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;

/** The key is taken. */
public final class ObjectExists extends Failure {
    public ObjectExists(String store, String key) {
        super(
                ExitCode.STORE,
                store + ": " + KeyText.shown(key) + " already exists",
                "objects are never replaced; another run or another host writes to the same place");
    }
}
