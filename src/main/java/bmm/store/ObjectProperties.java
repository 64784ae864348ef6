package bmm.store;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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

    private static final List<String> HEADERS =
            List.of("Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language");

    /**
     * What an answer says; tags are not in it.
     *
     * @param header gives the value of one, null if there is none
     */
    static ObjectProperties of(Function<String, @Nullable String> header, Map<String, String> metadata) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String name : HEADERS) {
            String value = header.apply(name);
            if (value != null && !value.isEmpty()) {
                headers.put(name, value);
            }
        }
        return new ObjectProperties(headers, metadata, Map.of());
    }

    ObjectProperties with(Map<String, String> someTags) {
        return new ObjectProperties(headers, metadata, someTags);
    }

    ObjectProperties withoutTags() {
        return with(Map.of());
    }

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
