package bmm.dump;

import bmm.store.ObjectStore;
import java.io.InputStream;
import java.nio.file.Path;

/** Where the bytes of one file are. */
public sealed interface Origin {
    String file();

    /** Its size; that of a directory is 0. */
    long bytes();

    /** A file or directory of this machine. */
    record OnDisk(Path path, long bytes) implements Origin {
        @Override
        public String file() {
            return String.valueOf(path.getFileName());
        }
    }

    /** An object that has to be fetched. */
    record AtStore(ObjectStore store, String key, long bytes) implements Origin {
        @Override
        public String file() {
            return key.substring(key.lastIndexOf('/') + 1);
        }

        InputStream open() {
            return store.get(key);
        }
    }
}
