package bmm.store;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

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

    /** The tags as the S3 protocol writes them in a header. */
    String tagsAsQuery() {
        return tags.entrySet().stream()
                .map(tag -> encoded(tag.getKey()) + "=" + encoded(tag.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
