package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Makes objects of the files that a program on another host has listed: records of size, time and path. */
final class RemoteListing {
    private static final byte[] END = RemoteScripts.RECORD_END.getBytes(StandardCharsets.US_ASCII);

    private final String store;
    private final String base;
    private final String prefix;

    /**
     * @param base what all keys of the store begin with below the root
     * @param prefix what the listed ones begin with below the root
     */
    RemoteListing(String store, String base, String prefix) {
        this.store = store;
        this.base = base;
        this.prefix = prefix;
    }

    /** In the order of keys. */
    List<ObjectInfo> read(byte[] listing) {
        List<ObjectInfo> objects = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i + END.length <= listing.length; i++) {
            if (listing[i] == '/' && listing[i + 1] == '/' && listing[i + 2] == '\n') {
                object(text(listing, begin, i)).ifPresent(objects::add);
                begin = i + END.length;
                i = begin - 1;
            }
        }
        if (begin != listing.length) {
            throw new BrokenOff(store + ": the listing breaks off", "check the network to the host", null);
        }
        objects.sort(Comparator.comparing(ObjectInfo::key, KeyOrder.UTF8));
        return objects;
    }

    private String text(byte[] listing, int from, int to) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(listing, from, to - from))
                    .toString();
        } catch (CharacterCodingException e) {
            throw noKey(new String(listing, from, to - from, StandardCharsets.ISO_8859_1));
        }
    }

    private Optional<ObjectInfo> object(String record) {
        String[] facts = record.split(" ", 3);
        if (facts.length < 3 || !facts[2].startsWith("./")) {
            throw noKey(record);
        }
        Optional<String> key = key(facts[2].substring(2));
        try {
            return key.filter(found -> found.startsWith(prefix))
                    .map(found ->
                            new ObjectInfo(found.substring(base.length()), Long.parseLong(facts[0]), time(facts[1])));
        } catch (NumberFormatException | DateTimeException e) {
            throw noKey(record);
        }
    }

    /** The key of a path; none for what is bmm's own. */
    private Optional<String> key(String path) {
        List<String> parts = new ArrayList<>();
        for (String name : path.split("/", -1)) {
            if (name.startsWith(FileNames.RESERVED) && !name.startsWith(FileNames.ENCODED)) {
                return Optional.empty();
            }
            parts.add(FileNames.decode(name).orElseThrow(() -> noKey(path)));
        }
        return Optional.of(String.join("/", parts));
    }

    /** Leaving it out would let a mirror believe that the source has lost it. */
    private Failure noKey(String path) {
        return new Failure(
                ExitCode.STORE,
                store + ": a file name is no key: " + KeyText.shown(path),
                "rename the file; it is not UTF-8 text, or holds control characters");
    }

    private static Instant time(String seconds) {
        int point = seconds.indexOf('.');
        return Instant.ofEpochSecond(Long.parseLong(point < 0 ? seconds : seconds.substring(0, point)));
    }
}
