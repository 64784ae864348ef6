package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;

/** There is no object under the key. */
public final class ObjectMissing extends Failure {
    public ObjectMissing(String store, String key) {
        super(
                ExitCode.STORE,
                store + ": " + KeyText.shown(key) + " does not exist",
                "list what is there, or check the name");
    }
}
