package bmm.postgres;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Bob Jenkins' lookup3 as PostgreSQL has it in its extended hash functions since version 11 (source: hashfn.c). Not
 * promised to stay as it is, so a run compares known values with the server first, see {@link Snapshot#contentHash}.
 */
final class Lookup3 {
    private static final int INITIAL = 0x9e3779b9 + 3923095;
    private static final VarHandle LITTLE_ENDIAN_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Lookup3() {}

    /** {@code hash_bytes_extended}: what hashtextextended, uuid_hash_extended and their like make of bytes. */
    static long bytes(byte[] key, int offset, int length, long seed) {
        int a = INITIAL + length;
        int b = a;
        int c = a;
        if (seed != 0) {
            a += (int) (seed >>> 32);
            b += (int) seed;
            a = (a - c) ^ Integer.rotateLeft(c, 4);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 6);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 8);
            b += a;
            a = (a - c) ^ Integer.rotateLeft(c, 16);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 19);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 4);
            b += a;
        }
        int at = offset;
        int left = length;
        while (left >= 12) {
            a += (int) LITTLE_ENDIAN_INT.get(key, at);
            b += (int) LITTLE_ENDIAN_INT.get(key, at + 4);
            c += (int) LITTLE_ENDIAN_INT.get(key, at + 8);
            a = (a - c) ^ Integer.rotateLeft(c, 4);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 6);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 8);
            b += a;
            a = (a - c) ^ Integer.rotateLeft(c, 16);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 19);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 4);
            b += a;
            at += 12;
            left -= 12;
        }
        // The last bytes fill a, b and the upper three bytes of c; the lowest byte of c is left out.
        for (int i = 0; i < left; i++) {
            int value = key[at + i] & 0xff;
            if (i < 4) {
                a += value << (8 * i);
            } else if (i < 8) {
                b += value << (8 * (i - 4));
            } else {
                c += value << (8 * (i - 7));
            }
        }
        return last(a, b, c);
    }

    /** {@code hash_bytes_uint32_extended}: hashint4extended, hashint2extended. */
    static long int32(int key, long seed) {
        int a = INITIAL + 4;
        int b = a;
        int c = a;
        if (seed != 0) {
            a += (int) (seed >>> 32);
            b += (int) seed;
            a = (a - c) ^ Integer.rotateLeft(c, 4);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 6);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 8);
            b += a;
            a = (a - c) ^ Integer.rotateLeft(c, 16);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 19);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 4);
            b += a;
        }
        return last(a + key, b, c);
    }

    /** {@code hashint8extended}, timestamp_hash_extended: folds its key to 32 bits. */
    static long int64(long key, long seed) {
        int high = (int) (key >>> 32);
        return int32((int) key ^ (key >= 0 ? high : ~high), seed);
    }

    private static long last(int first, int second, int third) {
        int a = first;
        int b = second;
        int c = third;
        c = (c ^ b) - Integer.rotateLeft(b, 14);
        a = (a ^ c) - Integer.rotateLeft(c, 11);
        b = (b ^ a) - Integer.rotateLeft(a, 25);
        c = (c ^ b) - Integer.rotateLeft(b, 16);
        a = (a ^ c) - Integer.rotateLeft(c, 4);
        b = (b ^ a) - Integer.rotateLeft(a, 14);
        c = (c ^ b) - Integer.rotateLeft(b, 24);
        return ((long) b << 32) | (c & 0xffffffffL);
    }
}
