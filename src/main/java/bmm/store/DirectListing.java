package bmm.store;

import bmm.store.BucketClient.Page;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads a page of a listing as it arrives, and keeps of it what a listing is about.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html">ListObjectsV2</a>
 */
final class DirectListing {
    private final List<ObjectInfo> objects = new ArrayList<>(1000);
    private @Nullable Integer announced;
    private boolean truncated;
    private @Nullable String following;
    private @Nullable String encoding;

    private String key = "";
    private long size = -1;
    private @Nullable Instant modified;
    private String tag = "";

    private DirectListing() {}

    /**
     * Reads it to its end.
     *
     * @throws IOException also where it is no listing, or ends before its end
     */
    static Page read(InputStream in) throws IOException {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        try {
            XMLStreamReader xml = factory.createXMLStreamReader(in);
            xml.nextTag();
            if (!xml.getLocalName().equals("ListBucketResult")) {
                throw new IOException("the answer is no listing");
            }
            return new DirectListing().read(xml);
        } catch (XMLStreamException e) {
            throw new IOException("the answer is no whole listing", e);
        }
    }

    private Page read(XMLStreamReader xml) throws XMLStreamException {
        StringBuilder text = new StringBuilder();
        for (int event = xml.next(); event != XMLStreamConstants.END_DOCUMENT; event = xml.next()) {
            switch (event) {
                case XMLStreamConstants.START_ELEMENT -> text.setLength(0);
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
                    text.append(xml.getTextCharacters(), xml.getTextStart(), xml.getTextLength());
                case XMLStreamConstants.END_ELEMENT -> {
                    end(xml.getLocalName(), text);
                    text.setLength(0);
                }
                default -> {}
            }
        }
        // The encoding may be told after the keys.
        List<ObjectInfo> decoded = objects.stream()
                .map(object -> new ObjectInfo(
                        MinioAnswers.decoded(object.key(), encoding), object.size(), object.modified(), object.tag()))
                .toList();
        return new Page(decoded, announced, truncated, following);
    }

    private void end(String element, CharSequence text) {
        switch (element) {
            case "Key" -> key = text.toString();
            case "Size" -> size = number(text);
            case "LastModified" -> modified = time(text);
            case "ETag" -> tag = S3Tag.bare(text.toString());
            case "Contents" -> endObject();
            case "KeyCount" -> announced = (int) number(text);
            case "IsTruncated" -> truncated = text.toString().strip().equals("true");
            case "NextContinuationToken" -> following = text.toString();
            case "EncodingType" -> encoding = text.toString().strip();
            default -> {}
        }
    }

    private void endObject() {
        Instant time = modified;
        objects.add(
                size < 0 || time == null
                        ? new ObjectInfo(key, -1, Instant.EPOCH)
                        : new ObjectInfo(key, size, time, tag));
        key = "";
        size = -1;
        modified = null;
        tag = "";
    }

    private static long number(CharSequence text) {
        try {
            return Long.parseLong(text.toString().strip());
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static @Nullable Instant time(CharSequence text) {
        try {
            return Instant.parse(text.toString().strip());
        } catch (DateTimeException e) {
            return null;
        }
    }
}
