package bmm.catalog;

import bmm.catalog.BackupName.FileName;
import bmm.catalog.Manifest.Database;
import bmm.catalog.Manifest.Dump;
import bmm.catalog.Manifest.Fingerprint;
import bmm.catalog.Manifest.Sequence;
import bmm.catalog.Manifest.StoredFile;
import bmm.catalog.Manifest.Table;
import java.io.IOException;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks at everything that a manifest says before anything is done with it: JSON can leave out what must be there, and
 * whoever wrote it may be anybody. Names of databases, roles, schemas, tables and sequences may hold any character, as they
 * may in PostgreSQL; all other text is printable.
 */
final class ManifestCheck {
    private static final int LONGEST_IDENTIFIER = 1024;
    private static final int LONGEST_TEXT = 512;
    private static final int LONGEST_COMMAND = 1 << 16;
    private static final int LONGEST_COLUMN_PLAN = 1 << 16;
    private static final int LONGEST_HASH_BITS = 160;
    private static final long MOST_BYTES = 1L << 56;

    /** Roles and tablespaces of the largest cluster are a few megabytes. */
    private static final long MOST_GLOBALS = 256L << 20;

    private static final int OLDEST_MAJOR = 8;
    private static final int NEWEST_MAJOR = 99;
    private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    /** Two runs within a second do not share a name: the later one takes the next free second. */
    private static final Duration NAME_AFTER_START = Duration.ofMinutes(10);

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");
    private static final Pattern PRINTABLE = Pattern.compile("[^\\p{Cntrl}\\p{Cf}\\u2028\\u2029\\ufffe\\uffff]*");

    private ManifestCheck() {}

    /** @throws IOException with a sentence that names the first member that cannot be right */
    static void check(Manifest manifest) throws IOException {
        texts(manifest.format(), manifest.tool(), manifest.instance());
        command("restore", manifest.restore());
        verified(manifest.verified());
        Instant started = time("startedAt", manifest.startedAt());
        Instant snapshot = time("snapshotAt", manifest.snapshotAt());
        Instant finished = time("finishedAt", manifest.finishedAt());
        if (manifest.format().equals(Manifest.FORMAT) && (snapshot.isBefore(started) || finished.isBefore(snapshot))) {
            throw wrong("snapshotAt", "it is not between startedAt and finishedAt");
        }
        check(manifest.database());
        check(manifest.dump());
        BackupName name = files(manifest.dump().stored(), manifest.globals(), started);
        if (!name.database().equals(manifest.database().name())) {
            throw wrong("dump", "its file is of database " + name.database());
        }
        check(manifest.fingerprint());
    }

    /** @throws IOException as the other */
    static void check(SealedManifest manifest) throws IOException {
        texts(manifest.format(), manifest.tool(), manifest.instance());
        command("restore", manifest.restore());
        command("howToRead", manifest.howToRead());
        verified(manifest.verified());
        Instant started = time("startedAt", manifest.startedAt());
        time("snapshotAt", manifest.snapshotAt());
        time("finishedAt", manifest.finishedAt());
        BackupName unused = files(manifest.dumpFile(), manifest.globals(), started);
        if (isAbsent(manifest.whole())) {
            throw wrong("private", "it is missing");
        }
        if (!BackupName.isEncrypted(manifest.dumpFile().file())) {
            throw wrong("dump", "its file is not an encrypted one");
        }
    }

    private static void texts(@Nullable String format, @Nullable String tool, @Nullable String instance)
            throws IOException {
        text("format", format);
        text("tool", tool);
        if (text("instance", instance).isEmpty()) {
            throw wrong("instance", "it is empty");
        }
    }

    private static void check(@Nullable Database database) throws IOException {
        if (database == null) {
            throw wrong("database", "it is missing");
        }
        if (identifier("database.name", database.name()).isEmpty()) {
            throw wrong("database.name", "it is empty");
        }
        identifier("database.owner", database.owner());
        text("database.serverVersion", database.serverVersion());
        if (database.serverMajor() < OLDEST_MAJOR || database.serverMajor() > NEWEST_MAJOR) {
            throw wrong("database.serverMajor", "there is no PostgreSQL " + database.serverMajor());
        }
        size("database.sizeBytes", database.sizeBytes(), MOST_BYTES);
        word("database.encoding", database.encoding());
        text("database.collate", database.collate());
        text("database.ctype", database.ctype());
        text("database.lcMonetary", database.lcMonetary());
        Map<String, String> extensions = database.extensions();
        if (isAbsent(extensions)) {
            throw wrong("database.extensions", "they are missing");
        }
        for (Map.Entry<String, String> extension : extensions.entrySet()) {
            text("database.extensions", extension.getKey());
            text("database.extensions", extension.getValue());
        }
    }

    private static void check(@Nullable Dump dump) throws IOException {
        if (dump == null) {
            throw wrong("dump", "it is missing");
        }
        if (!Set.of("custom", "directory", "plain").contains(word("dump.kind", dump.kind()))) {
            throw wrong("dump.kind", "unknown: " + dump.kind());
        }
        word("dump.compression", dump.compression());
        String encryption = dump.encryption();
        if (encryption != null && !encryption.equals("age")) {
            throw wrong("dump.encryption", "unknown");
        }
        size("dump.dataBytes", dump.dataBytes(), MOST_BYTES);
        Long unpacked = dump.unpackedBytes();
        if (unpacked != null) {
            size("dump.unpackedBytes", unpacked, MOST_BYTES);
        }
        text("dump.pgDump", dump.pgDump());
        if (!isAbsent(dump.file()) && BackupName.isEncrypted(dump.file()) != (encryption != null)) {
            throw wrong("dump.encryption", "the name of its file says otherwise");
        }
    }

    /** Both files are of the backup that they are named after, and nowhere else than beside the manifest. */
    private static BackupName files(@Nullable StoredFile dump, @Nullable StoredFile globals, Instant started)
            throws IOException {
        BackupName name = file("dump", dump, MOST_BYTES)
                .filter(FileName::isDump)
                .orElseThrow(() -> wrong("dump.file", "not the name of a dump"))
                .backup();
        Duration after = Duration.between(new BackupName("", started).when(), name.when());
        if (after.isNegative() || after.compareTo(NAME_AFTER_START) > 0) {
            throw wrong("startedAt", "the name of the backup says " + name.when());
        }
        if (globals != null
                && file("globals", globals, MOST_GLOBALS)
                        .filter(FileName::isGlobals)
                        .filter(file -> file.backup().equals(name))
                        .isEmpty()) {
            throw wrong("globals.file", "not the name of the globals of this backup");
        }
        return name;
    }

    private static Optional<FileName> file(String member, @Nullable StoredFile file, long most) throws IOException {
        if (file == null) {
            throw wrong(member, "it is missing");
        }
        if (isAbsent(file.file())
                || isAbsent(file.sha256())
                || !SHA256.matcher(file.sha256()).matches()) {
            throw wrong(member, "it has no name or no SHA-256");
        }
        size(member + ".bytes", file.bytes(), most);
        return BackupName.parse(file.file());
    }

    private static void verified(@Nullable List<String> checks) throws IOException {
        if (checks == null || checks.size() > LONGEST_TEXT) {
            throw wrong("verified", "it is missing");
        }
        for (String check : checks) {
            word("verified", check);
        }
    }

    private static void check(@Nullable Fingerprint fingerprint) throws IOException {
        if (fingerprint == null
                || isAbsent(fingerprint.tables())
                || isAbsent(fingerprint.sequences())
                || isAbsent(fingerprint.largeObjects())) {
            throw wrong("fingerprint", "it is missing, or a part of it");
        }
        if (fingerprint.hash() != null) {
            word("fingerprint.hash", fingerprint.hash());
        }
        tables(fingerprint.tables());
        for (Sequence sequence : fingerprint.sequences()) {
            if (isAbsent(sequence)) {
                throw wrong("fingerprint.sequences", "one of them is null");
            }
            identifier("fingerprint.sequences", sequence.schema());
            identifier("fingerprint.sequences", sequence.name());
        }
        size("fingerprint.largeObjects.count", fingerprint.largeObjects().count(), MOST_BYTES);
        hash(fingerprint.largeObjects().hash());
    }

    private static void tables(List<Table> tables) throws IOException {
        Set<List<String>> names = new HashSet<>();
        long rows = 0;
        for (Table table : tables) {
            if (isAbsent(table)) {
                throw wrong("fingerprint.tables", "one of them is null");
            }
            String schema = identifier("fingerprint.tables", table.schema());
            if (!names.add(List.of(schema, identifier("fingerprint.tables", table.name())))) {
                throw wrong("fingerprint.tables", "one is in it twice");
            }
            size("fingerprint.tables", table.rows(), MOST_BYTES);
            rows += table.rows();
            if (rows > MOST_BYTES) {
                throw wrong("fingerprint.tables", "impossible number of rows");
            }
            hash(table.hash());
            String columns = table.columns();
            if (columns != null && (columns.length() > LONGEST_COLUMN_PLAN || !isPrintable(columns))) {
                throw wrong("fingerprint.tables", "impossible list of columns");
            }
        }
    }

    private static void hash(@Nullable BigInteger hash) throws IOException {
        if (hash != null && hash.bitLength() > LONGEST_HASH_BITS) {
            throw wrong("fingerprint", "impossible hash");
        }
    }

    private static Instant time(String member, @Nullable String text) throws IOException {
        if (text == null || text.length() > LONGEST_TEXT) {
            throw wrong(member, "it is missing");
        }
        try {
            Instant time = Instant.parse(text);
            if (!time.isBefore(EARLIEST) && time.isBefore(LATEST)) {
                return time;
            }
        } catch (DateTimeException e) {
            throw new IOException(wrong(member, "not a time").getMessage(), e);
        }
        throw wrong(member, "not a time of this century or the next");
    }

    private static void size(String member, long value, long most) throws IOException {
        if (value < 0 || value > most) {
            throw wrong(member, "impossible number " + value);
        }
    }

    private static String identifier(String member, @Nullable String name) throws IOException {
        if (name == null || name.length() > LONGEST_IDENTIFIER || name.indexOf('\0') >= 0) {
            throw wrong(member, "a name is missing, or impossible");
        }
        return name;
    }

    private static String word(String member, @Nullable String text) throws IOException {
        if (text == null || !WORD.matcher(text).matches()) {
            throw wrong(member, "it is missing, or impossible");
        }
        return text;
    }

    private static String text(String member, @Nullable String text) throws IOException {
        if (text == null || text.length() > LONGEST_TEXT || !isPrintable(text)) {
            throw wrong(member, "it is missing, too long, or holds control characters");
        }
        return text;
    }

    private static void command(String member, @Nullable String text) throws IOException {
        if (text == null || text.length() > LONGEST_COMMAND) {
            throw wrong(member, "it is missing, or too long");
        }
    }

    private static boolean isPrintable(String text) {
        return PRINTABLE.matcher(text).matches();
    }

    /** What the records say cannot be null, JSON can leave out. */
    private static boolean isAbsent(@Nullable Object member) {
        return member == null;
    }

    private static IOException wrong(String member, String why) {
        return new IOException("not a whole manifest: " + member + ": " + why);
    }
}
