package bmm.store;

import java.util.Map;

/**
 * What belongs to an object beside its content; what is not known is empty.
 *
 * @param headers {@code Content-Type}, {@code Cache-Control}, {@code Content-Disposition}, {@code Content-Encoding} and
 *     {@code Content-Language}
 * @param metadata of the user, names in lower case without {@code x-amz-meta-}
 * @param tags of the object
 */
public record ObjectProperties(Map<String, String> headers, Map<String, String> metadata, Map<String, String> tags) {
    public static final ObjectProperties NONE = new ObjectProperties(Map.of(), Map.of(), Map.of());

    ObjectProperties withoutTags() {
        return new ObjectProperties(headers, metadata, Map.of());
    }
}
