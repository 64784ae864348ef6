package bmm.mirror;

import bmm.store.ObjectInfo;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something to be done about one key.
 *
 * @param source the object there, if any
 * @param destination the object here, if any
 */
record Step(
        Kind kind, @Nullable ObjectInfo source, @Nullable ObjectInfo destination) {
    enum Kind {
        /** Only the source has it. */
        COPY,
        /** Both have it, and they differ. */
        CHANGED,
        /** Both have it, of one size; only reading both tells whether they differ. */
        DOUBTFUL,
        /** Only the destination has it. */
        EXTRA
    }

    String key() {
        return of(source, destination).key();
    }

    /** Of a step that has one. */
    ObjectInfo atSource() {
        return of(source, null);
    }

    /** Of a step that has one. */
    ObjectInfo atDestination() {
        return of(destination, null);
    }

    private static ObjectInfo of(@Nullable ObjectInfo one, @Nullable ObjectInfo other) {
        if (one != null) {
            return one;
        }
        if (other != null) {
            return other;
        }
        throw new IllegalStateException("a step without that object");
    }

    void write(DataOutput out) throws IOException {
        out.writeUTF(kind.name());
        write(source, out);
        write(destination, out);
    }

    static Step read(DataInput in) throws IOException {
        return new Step(Kind.valueOf(in.readUTF()), readObject(in), readObject(in));
    }

    private static void write(@Nullable ObjectInfo object, DataOutput out) throws IOException {
        out.writeBoolean(object != null);
        if (object != null) {
            // Keys are any text; writeUTF has a form of its own for some of it.
            write(object.key(), out);
            out.writeLong(object.size());
            out.writeUTF(object.modified().toString());
            write(object.tag(), out);
        }
    }

    private static void write(String text, DataOutput out) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static @Nullable ObjectInfo readObject(DataInput in) throws IOException {
        if (!in.readBoolean()) {
            return null;
        }
        String key = readText(in);
        long size = in.readLong();
        Instant modified = Instant.parse(in.readUTF());
        return new ObjectInfo(key, size, modified, readText(in));
    }

    private static String readText(DataInput in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
