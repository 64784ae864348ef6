package bmm.store;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is stored with an object's content in the same request. */
record NewObject(ObjectProperties properties, @Nullable ObjectLock lock) {
    /** An object with metadata alone. */
    static NewObject with(Map<String, String> metadata, @Nullable ObjectLock lock) {
        return new NewObject(new ObjectProperties(Map.of(), metadata, Map.of()), lock);
    }

    String contentType() {
        return properties.headers().getOrDefault("Content-Type", "application/octet-stream");
    }
}
