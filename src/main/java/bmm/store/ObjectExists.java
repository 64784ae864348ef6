package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;

/** The key is taken */
public final class ObjectExists extends Failure {
    public ObjectExists(String store, String key) {
        super(
                ExitCode.STORE,
                store + ": " + key + "  objects are never replaced.",
                "already exists:another run or another host writes to the same place; objects there are never overwritten");
    }
}
