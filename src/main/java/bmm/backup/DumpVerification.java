package bmm.backup;

import bmm.backup.DumpJob.Dumped;
import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.OwnFile;
import bmm.base.Settings;
import bmm.base.Shell;
import bmm.base.Stopping;
import bmm.catalog.BackupName;
import bmm.catalog.Catalog;
import bmm.catalog.Catalog.StoredBackup;
import bmm.dump.Trust;
import bmm.postgres.ArchiveContent;
import bmm.postgres.Fingerprint;
import bmm.postgres.SequenceState;
import bmm.postgres.TableContent;
import bmm.postgres.TableName;
import bmm.store.ObjectInfo;
import bmm.stream.Identities;
import bmm.stream.MeasuredInput;
import bmm.stream.Progress;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads back what is on disk and compares what was found in it with what the source held. Only what passes here can become
 * a backup.
 */
final class DumpVerification {
    /** Earlier dumps that the size is compared with, and how few are too few to say anything. */
    private static final int MOST_EARLIER = 7;

    private static final int FEWEST_EARLIER = 3;

    private static final Logger LOG = LoggerFactory.getLogger(DumpVerification.class);

    private final Settings settings;
    private final Trust trust;
    private final Progress progress;

    DumpVerification(Settings settings, Trust trust, Progress progress) {
        this.settings = settings;
        this.trust = trust;
        this.progress = progress;
    }

    /**
     * What was proven.
     *
     * @param checks the names of all checks that passed, for the manifest
     */
    record Verified(ArchiveContent content, List<String> checks) {}

    /**
     * Verifies a dump that was just written.
     *
     * @param expected the tables of the snapshot
     * @throws Failure {@link ExitCode#VERIFICATION} naming the first thing that is not as it must be
     */
    Verified verify(String database, Dumped dumped, Set<TableName> expected, Catalog earlier) {
        String subject = "dump of " + database;
        List<String> checks = new ArrayList<>();
        ArchiveContent content = dumped.content();
        readBack(subject, dumped);
        checks.add("hash");
        if (dumped.isEncrypted()) {
            checks.add("decrypted");
        }
        checks.add("archive");
        checkTables(subject, expected, content.tables().keySet());
        checks.add("tables");
        Fingerprint source = dumped.fingerprint();
        if (source != null) {
            boolean complete = checkContent(subject, source, content);
            checks.add("rows");
            if (complete) {
                checks.add("content");
            }
        }
        checkSequences(subject, dumped, content.sequences());
        checks.add("sequences");
        checkSize(subject, dumped, expected.isEmpty(), comparable(earlier, database));
        checks.add("size");
        return new Verified(content, List.copyOf(checks));
    }

    private void readBack(String subject, Dumped dumped) {
        progress.begin(subject + ": verify", dumped.bytes());
        try (InputStream file = Channels.newInputStream(OwnFile.open(dumped.partial(), StandardOpenOption.READ));
                MeasuredInput measured = new MeasuredInput(file, progress::bytes)) {
            boolean opened = isOpened(measured, dumped.reader());
            measured.drain();
            if (measured.size() != dumped.bytes() || !measured.sha256().equals(dumped.sha256())) {
                throw failed(
                        subject + ": what is on disk is not what was written",
                        "the disk or its controller is failing; see the kernel's log");
            }
            if (!opened) {
                throw failed(
                        subject + ": what is on disk cannot be decrypted",
                        "check memory; run it again, and report it if it recurs");
            }
        } catch (IOException e) {
            if (Stopping.requested()) {
                throw DumpJob.stopped(e);
            }
            throw new Failure(
                    ExitCode.VERIFICATION,
                    subject + ": cannot be read back: " + Failure.reason(e),
                    "the disk is failing; see the kernel's log. Nothing was published, earlier backups are untouched",
                    e);
        } finally {
            progress.end();
        }
    }

    /**
     * Whether all of it can be decrypted, which no identity is needed for: the key of this one file is still known. Every
     * piece is authenticated, so what comes out is what went in.
     */
    private static boolean isOpened(InputStream in, @Nullable Identities reader) {
        if (reader == null) {
            return true;
        }
        try {
            reader.decrypt(in).transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (IOException e) {
            LOG.debug("cannot be decrypted", e);
            return false;
        }
    }

    private static void checkTables(String subject, Set<TableName> expected, Set<TableName> found) {
        Set<TableName> missing = new TreeSet<>(expected);
        missing.removeAll(found);
        Set<TableName> extra = new TreeSet<>(found);
        extra.removeAll(expected);
        if (!missing.isEmpty() || !extra.isEmpty()) {
            TableName first = missing.isEmpty()
                    ? extra.iterator().next()
                    : missing.iterator().next();
            throw failed(
                    subject + ": " + Amounts.count(missing.size(), "table") + " missing, "
                            + Amounts.count(extra.size(), "table") + " too many, the first is " + first,
                    "the role may not see what it should; run pg_dump by hand and compare");
        }
    }

    /** Returns whether every table's content, not only its number of rows, was compared. */
    private static boolean checkContent(String subject, Fingerprint source, ArchiveContent content) {
        boolean complete = source.hash() != null;
        for (Map.Entry<TableName, TableContent> table : source.tables().entrySet()) {
            TableContent inArchive = content.tables().get(table.getKey());
            checkSame(subject + ": table " + table.getKey(), table.getValue(), inArchive);
            complete = complete && inArchive != null && table.getValue().isSameAs(inArchive);
        }
        checkSame(subject + ": large objects", source.largeObjects(), content.largeObjects());
        return complete;
    }

    private static void checkSame(String subject, TableContent source, @Nullable TableContent archive) {
        if (archive == null || source.rows() != archive.rows()) {
            throw failed(
                    subject + ": " + Amounts.count(source.rows()) + " in the source, "
                            + (archive == null ? "none" : Amounts.count(archive.rows())) + " in the archive",
                    "the dump is incomplete; run it again");
        }
        if (!source.matches(archive)) {
            throw failed(
                    subject + ": as many rows as in the source, but their content differs",
                    "check memory and disk; run it again, and report it if it recurs (BMM_FINGERPRINT=count goes without)");
        }
    }

    /** Sequences go on while the dump runs: the value in it must lie between the one before and the one after. */
    private static void checkSequences(String subject, Dumped dumped, SortedMap<TableName, SequenceState> found) {
        dumped.sequencesBefore().forEach((name, before) -> {
            SequenceState after = dumped.sequencesAfter().get(name);
            SequenceState inArchive = found.get(name);
            // One that is not in the dump belongs to an extension, or was dropped meanwhile.
            boolean moved = after == null || !after.equals(before);
            if (inArchive != null && !moved && !inArchive.equals(before)) {
                throw failed(
                        subject + ": sequence " + name + " is at " + inArchive.lastValue() + " in the archive, at "
                                + before.lastValue() + " in the source",
                        "run it again");
            }
        });
    }

    /**
     * The last backups whose size says something: those that are signed as they must be, so that nobody can move the
     * median; all of them as long as too few are.
     */
    private List<StoredBackup> comparable(Catalog earlier, String database) {
        List<StoredBackup> all = earlier.of(database);
        List<StoredBackup> last = all.subList(Math.max(0, all.size() - 2 * MOST_EARLIER), all.size());
        List<StoredBackup> genuine =
                last.stream().filter(backup -> trust.isGenuine(earlier, backup)).toList();
        return genuine.size() < FEWEST_EARLIER ? all : genuine;
    }

    private void checkSize(String subject, Dumped dumped, boolean isEmpty, List<StoredBackup> earlier) {
        long least = settings.get(Keys.MIN_SIZE);
        // A database without tables is as small as it is, unless someone says what to expect.
        boolean mayBeSmall = isEmpty && !settings.isGiven(Keys.MIN_SIZE);
        if (dumped.dumpedBytes() < least && !mayBeSmall) {
            throw failed(
                    subject + ": only " + Amounts.bytes(dumped.dumpedBytes()) + ", less than BMM_MIN_SIZE ("
                            + Amounts.bytes(least) + ")",
                    "is this the right database? else lower BMM_MIN_SIZE");
        }
        // Encrypted or not, that changes the size by less than a thousandth.
        List<Long> sizes = earlier.subList(Math.max(0, earlier.size() - MOST_EARLIER), earlier.size()).stream()
                .flatMap(backup -> Stream.of(
                                dumped.kind().ending(), dumped.kind().ending() + BackupName.AGE)
                        .flatMap(ending -> Stream.ofNullable(backup.files().get(ending))))
                .map(ObjectInfo::size)
                .sorted()
                .toList();
        if (sizes.size() < FEWEST_EARLIER) {
            return;
        }
        long median = sizes.get(sizes.size() / 2);
        int percent = settings.get(Keys.MAX_SHRINK);
        if (dumped.bytes() < median * (100 - percent) / 100) {
            throw failed(
                    subject + ": " + Amounts.bytes(dumped.bytes()) + ", but the last ones had " + Amounts.bytes(median),
                    "was data lost? if it really shrank so much, run once with BMM_MAX_SHRINK=100");
        }
    }

    private static Failure failed(String message, @CompileTimeConstant final String hint) {
        return new Failure(ExitCode.VERIFICATION, message, hint);
    }

    /** The path as a person may use it. */
    static String shown(Path path) {
        return Shell.file(path.toString());
    }
}
