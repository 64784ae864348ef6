package bmm.backup;

import bmm.backup.BackupReport.Sent;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.catalog.BackupName;
import bmm.catalog.Catalog;
import bmm.catalog.Catalog.StoredBackup;
import bmm.catalog.Manifest;
import bmm.catalog.NewestBackups;
import bmm.dump.Believed;
import bmm.dump.Refused;
import bmm.dump.Trust;
import bmm.store.Body;
import bmm.store.ObjectExists;
import bmm.store.ObjectLock;
import bmm.store.ObjectStore;
import bmm.store.StoreProfile;
import bmm.store.StoreProfiles;
import bmm.stream.Bounded;
import bmm.stream.MeasuredInput;
import bmm.stream.Progress;
import bmm.stream.Sha256;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends backups to a store: create-only, oldest first, each read back, its manifest last. Backups of earlier runs that
 * have not arrived are sent too: whatever is newer than the newest that is there.
 */
final class OffSite {
    private static final Logger LOG = LoggerFactory.getLogger(OffSite.class);

    /** Each takes a request to find out; so many are somebody's doing. */
    private static final int MOST_REFUSED = 500;

    private final String instance;
    private final Outgoing outgoing;
    private final Trust trust;
    private final NewestBackups newest;
    private final OffSiteLock lock;
    private final StoreProfiles profiles;
    private final Progress progress;

    OffSite(
            String instance,
            Outgoing outgoing,
            Trust trust,
            NewestBackups newest,
            OffSiteLock lock,
            StoreProfiles profiles,
            Progress progress) {
        this.instance = instance;
        this.outgoing = outgoing;
        this.trust = trust;
        this.newest = newest;
        this.lock = lock;
        this.profiles = profiles;
        this.progress = progress;
    }

    /** Sends what is missing of one database. A store that fails is told in the result, never thrown. */
    Sent send(String database, Manifest justStored, Catalog local, ObjectStore remote) {
        long begun = System.nanoTime();
        String place = remote.name();
        warnOfStore(place);
        int count = 0;
        long bytes = 0;
        Failure failure = null;
        try {
            List<StoredBackup> missing = missing(database, justStored, local, remote);
            for (StoredBackup backup : missing) {
                // A store that fails is not tried again and again; but the newest goes if it can, whatever became of
                // others.
                if (failure != null && failure.exitCode() == ExitCode.STORE && !backup.equals(missing.getLast())) {
                    continue;
                }
                String target = backup.name().remoteDirectory(instance);
                place = remote.name() + "/" + target;
                try {
                    bytes += send(backup, believed(local, backup), target, remote);
                    newest.arrived(remote.name(), backup.name());
                    count++;
                } catch (Failure e) {
                    failure = failure == null ? e : failure;
                }
            }
        } catch (Failure e) {
            failure = e;
        }
        return new Sent(stripSlash(place), count, bytes, since(begun), failure);
    }

    /** What the last {@code bmm doctor} saw of it, where that takes away a protection that one may count on. */
    private void warnOfStore(String store) {
        profiles.of(store)
                .filter(StoreProfile::ignoresCreateOnly)
                .ifPresent(profile -> LOG.atWarn()
                        .addKeyValue("store", store)
                        .addKeyValue("probed", LocalDate.ofInstant(profile.probed(), ZoneOffset.UTC))
                        .addKeyValue(
                                "hint",
                                Hint.of("let only this host write there; bmm doctor ")
                                        .name(store)
                                        .and(" looks again"))
                        .log("the store silently ignores create-only: another writer could replace what is sent"));
    }

    /** What is not signed is not sent: at the store it could be anybody's. */
    private Believed believed(Catalog local, StoredBackup backup) {
        // Whether it is encrypted here is another matter than whether it will be there.
        Trust signedOnly = new Trust(trust.keys(), Trust.Encrypted.NOWHERE, false, true);
        try {
            return Believed.read(local, backup, signedOnly, false);
        } catch (Refused e) {
            throw new Failure(e.exitCode(), e.getMessage() + "; it was not sent", e.hint(), e);
        }
    }

    private List<StoredBackup> missing(String database, Manifest justStored, Catalog local, ObjectStore remote) {
        Catalog catalog = Catalog.read(remote, BackupName.remotePrefix(instance, database));
        List<StoredBackup> there = catalog.of(database);
        Set<BackupName> names = there.stream().map(StoredBackup::name).collect(Collectors.toSet());
        List<StoredBackup> here =
                local.of(database).stream().filter(StoredBackup::isComplete).toList();
        Predicate<StoredBackup> isNew =
                backup -> justStored.dump().file().startsWith(backup.name().base());
        // Backups dated after this one come from a clock that was wrong, and say nothing about what has arrived.
        Instant present = here.stream()
                .filter(isNew)
                .findFirst()
                .map(backup -> backup.name().when())
                .orElse(Instant.MAX);
        List<StoredBackup> past = there.stream()
                .filter(backup -> !backup.name().when().isAfter(present))
                .toList();
        Optional<Instant> newestGenuine = newestGenuine(catalog, past);
        // Where none is signed yet, those of an earlier bmm are there.
        Instant newestThere = newestGenuine.orElseGet(() -> past.stream()
                .map(backup -> backup.name().when())
                .max(Instant::compareTo)
                .orElse(Instant.MIN));
        return here.stream()
                .filter(isNew.or(backup -> backup.name().when().isAfter(newestThere)))
                // One that is there and not genuine has not arrived: sending it tells.
                .filter(backup -> !names.contains(backup.name())
                        || isNew.test(backup)
                        || (newestGenuine.isPresent() && !backup.name().when().isAfter(present)))
                .filter(backup ->
                        !newestGenuine.equals(Optional.of(backup.name().when())))
                .toList();
    }

    /** What is not signed as it must be does not count as sent; that it is there is said. */
    private Optional<Instant> newestGenuine(Catalog catalog, List<StoredBackup> oldestFirst) {
        int refused = 0;
        for (StoredBackup backup : oldestFirst.reversed()) {
            if (trust.isGenuine(catalog, backup)) {
                return Optional.of(backup.name().when());
            }
            LOG.atWarn()
                    .addKeyValue("backup", backup.name())
                    .addKeyValue("store", catalog.store().name())
                    .log(
                            "a backup there is not signed as it must be; it does not count (bmm verify --from tells more)");
            if (++refused == MOST_REFUSED) {
                throw new Failure(
                        ExitCode.STORE,
                        catalog.store().name() + ": the newest " + refused + " backups of "
                                + oldestFirst.getLast().name().database() + " there are not signed as they must be",
                        "bmm verify --from STORE --all tells more: find out who writes there, or sign them with --sign");
            }
        }
        return Optional.empty();
    }

    private long send(StoredBackup backup, Believed manifest, String target, ObjectStore remote) {
        Outgoing.Parcel parcel = outgoing.pack(backup, manifest);
        progress.begin(
                backup.name().database() + ": off-site",
                2 * manifest.content().dumpFile().bytes());
        ObjectLock wanted = lock.wanted(remote);
        boolean complete = false;
        try {
            long sent = 0;
            for (Outgoing.Part part : parcel.parts()) {
                sent += put(backup, remote, target, part, wanted);
            }
            Optional<byte[]> signature = parcel.manifest().beside();
            if (signature.isPresent()) {
                sent += put(backup, remote, target, BackupName.SIGNATURE, signature.get(), wanted);
            }
            sent += put(
                    backup,
                    remote,
                    target,
                    BackupName.MANIFEST,
                    parcel.manifest().bytes(),
                    wanted);
            complete = true;
            return sent;
        } finally {
            if (!complete) {
                outgoing.brokeOff(backup);
            }
            progress.end();
        }
    }

    private long put(
            StoredBackup backup,
            ObjectStore remote,
            String target,
            String ending,
            byte[] bytes,
            @Nullable ObjectLock wanted) {
        String name = backup.name().file(ending);
        return put(backup, remote, target + name, name, Body.of(bytes), Sha256.of(bytes), wanted);
    }

    private long put(
            StoredBackup backup, ObjectStore remote, String target, Outgoing.Part part, @Nullable ObjectLock wanted) {
        String file = part.file().file();
        try {
            return put(
                    backup,
                    remote,
                    target + file,
                    file,
                    Body.of(part.path()),
                    part.file().sha256(),
                    wanted);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.STORE,
                    "cannot read " + part.path() + ": " + Failure.reason(e),
                    "bmm verify tells what is wrong with the local backup",
                    e);
        }
    }

    private long put(
            StoredBackup backup,
            ObjectStore remote,
            String key,
            String file,
            Body body,
            String sha256,
            @Nullable ObjectLock wanted) {
        progress.detail(file);
        boolean created = true;
        try {
            remote.put(key, body, wanted);
        } catch (ObjectExists e) {
            // An earlier run was cut off between the dump and its manifest; what it left counts if it is the same.
            LOG.atDebug().addKeyValue("key", key).log("is there already, comparing");
            created = false;
        }
        String found = hash(remote, key, body.size());
        if (!found.equals(sha256)) {
            throw new Failure(
                    ExitCode.STORE,
                    remote.name() + ": " + key
                            + (created ? " does not read back as it was sent" : " is there with other content"),
                    created
                            ? "the store or the way to it damages data; do not trust it before this is understood"
                            : "nothing there is ever overwritten: find out who wrote it, then remove it by hand");
        }
        if (wanted != null) {
            lock.check(remote, key, wanted, created, backup.name().when());
        }
        return created ? body.size() : 0;
    }

    private String hash(ObjectStore remote, String key, long size) {
        try (MeasuredInput in =
                new MeasuredInput(new Bounded(remote.get(key), size), done -> progress.bytes(size + done))) {
            in.drain();
            return in.sha256();
        } catch (Bounded.TooMuch e) {
            return "none: it is longer than what was sent";
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.STORE,
                    remote.name() + ": reading back " + key + ": " + Failure.reason(e),
                    "the next run sends it again",
                    e);
        }
    }

    private static Duration since(long begun) {
        return Duration.ofMillis(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    }

    private static String stripSlash(String place) {
        return place.endsWith("/") ? place.substring(0, place.length() - 1) : place;
    }
}
