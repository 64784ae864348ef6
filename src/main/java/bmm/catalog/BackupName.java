package bmm.catalog;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name that the files of one backup share: {@code <db>-20261121T031500Z}. A database may be called anything; what is
 * not a letter, digit, dot, underscore or inner hyphen of ASCII is written as {@code %XX} of its UTF-8 bytes, so that a
 * name can neither leave the directory nor look like an option.
 *
 * @param when the moment of the backup, whole seconds, UTC
 */
public record BackupName(String database, Instant when) implements Comparable<BackupName> {
    /** The ending of manifests. */
    public static final String MANIFEST = ".manifest.json";

    /** The ending of the signature of a manifest that does not bear its own. */
    public static final String SIGNATURE = MANIFEST + ".sig";

    /** The ending of roles and tablespaces. */
    public static final String GLOBALS = ".globals.sql";

    /** The ending of records of drills: {@code <db>-20261121T031500Z.20261122T040000Z.drill.json}. */
    public static final String DRILL = ".drill.json";

    /** What stands behind all of that in the name of a file that is encrypted. */
    public static final String AGE = ".age";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy/MM/dd").withZone(ZoneOffset.UTC);
    private static final Pattern FILE = Pattern.compile("([^/]+)-(\\d{8}T\\d{6}Z)(\\.[^/]+)");
    private static final Pattern DUMP = Pattern.compile("\\.(dump|dump\\.zst|sql\\.gz|dir\\.tar)(\\.age)?");

    public BackupName {
        when = when.truncatedTo(ChronoUnit.SECONDS);
    }

    /** A file of a backup: whose it is, and its ending with the dot. */
    public record FileName(BackupName backup, String ending) {
        public boolean isManifest() {
            return ending.equals(MANIFEST);
        }

        public boolean isGlobals() {
            return withoutAge(ending).equals(GLOBALS);
        }

        /** Whether it is the dump itself, in one of the forms that bmm writes. */
        public boolean isDump() {
            return DUMP.matcher(ending).matches();
        }

        public boolean isDrill() {
            return withoutAge(ending).endsWith(DRILL);
        }
    }

    /** Takes a file name apart, if it is one of a backup. */
    public static Optional<FileName> parse(String fileName) {
        Matcher matcher = FILE.matcher(fileName);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            String database = URLDecoder.decode(matcher.group(1), StandardCharsets.UTF_8);
            Instant when = TIME.parse(matcher.group(2), Instant::from);
            BackupName name = new BackupName(database, when);
            // Only names that bmm itself would have given.
            return name.encodedDatabase().equals(matcher.group(1))
                    ? Optional.of(new FileName(name, matcher.group(3)))
                    : Optional.empty();
        } catch (DateTimeParseException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Whether a file with this name, or this ending, is encrypted. */
    public static boolean isEncrypted(String file) {
        return file.endsWith(AGE);
    }

    /** The name, or the ending, that the file has when it is decrypted. */
    public static String withoutAge(String file) {
        return isEncrypted(file) ? file.substring(0, file.length() - AGE.length()) : file;
    }

    /** The name of the file with this ending. */
    public String file(String ending) {
        return base() + ending;
    }

    /** The name of the record of a drill of this backup. */
    public String drillFile(Instant drilledAt) {
        return base() + "." + TIME.format(drilledAt) + DRILL;
    }

    /** The part of the name that all its files share. */
    public String base() {
        return encodedDatabase() + "-" + TIME.format(when);
    }

    /** Off-site, the directory that holds the files: {@code <instance>/<db>/YYYY/MM/DD/}. */
    public String remoteDirectory(String instance) {
        return remotePrefix(instance, database) + DAY.format(when) + "/";
    }

    /** Off-site, where all backups of a database are: {@code <instance>/<db>/}. */
    public static String remotePrefix(String instance, String database) {
        return remotePrefix(instance) + encode(database) + "/";
    }

    /** Off-site, where all backups of an instance are: {@code <instance>/}. */
    public static String remotePrefix(String instance) {
        return encode(instance) + "/";
    }

    private String encodedDatabase() {
        return encode(database);
    }

    private static String encode(String text) {
        StringBuilder encoded = new StringBuilder();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            char c = (char) (bytes[i] & 0xff);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '_'
                    || (i > 0 && (c == '-' || c == '.'));
            if (plain) {
                encoded.append(c);
            } else {
                encoded.append(String.format("%%%02X", (int) c));
            }
        }
        return encoded.toString();
    }

    @Override
    public int compareTo(BackupName other) {
        int byTime = when.compareTo(other.when);
        return byTime != 0 ? byTime : database.compareTo(other.database);
    }

    @Override
    public String toString() {
        return base();
    }
}
