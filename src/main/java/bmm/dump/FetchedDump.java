package bmm.dump;

import bmm.base.Amounts;
import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.OwnFile;
import bmm.base.OwnPlace;
import bmm.base.TemporaryDirectory;
import bmm.catalog.BackupName;
import bmm.catalog.Manifest;
import bmm.dump.Origin.AtStore;
import bmm.dump.Origin.OnDisk;
import bmm.stream.Bounded;
import bmm.stream.Locked;
import bmm.stream.MeasuredInput;
import bmm.stream.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A dump on this machine, its bytes compared with the manifest before anything else is done with them. Closing it removes
 * everything that was fetched or unpacked.
 */
public final class FetchedDump implements AutoCloseable {
    /** What the names of temporary directories begin with. */
    public static final String PURPOSE = "bmm-dump";

    private final Found found;
    private final Room room;
    private final Progress progress;
    private final TemporaryDirectory temporary;
    private final Path path;
    private final DumpForm form;

    private FetchedDump(
            Found found, Room room, Progress progress, TemporaryDirectory temporary, Path path, DumpForm form) {
        this.found = found;
        this.room = room;
        this.progress = progress;
        this.temporary = temporary;
        this.path = path;
        this.form = form;
    }

    /**
     * Fetches it if it is elsewhere, and compares size and hash with the manifest if there is one.
     *
     * @throws Failure {@link ExitCode#VERIFICATION} if they differ or it is no dump, {@link ExitCode#PREFLIGHT} if there is
     *     no room, {@link ExitCode#STORE} if it cannot be fetched
     */
    public static FetchedDump fetch(Found found, Room room, Instant now, Progress progress) {
        Manifest manifest = found.manifest();
        if (manifest != null && found.dump().bytes() != manifest.dump().bytes()) {
            throw damaged(found.file() + ": " + Amounts.count(found.dump().bytes()) + " bytes, but the manifest says "
                    + Amounts.count(manifest.dump().bytes()));
        }
        TemporaryDirectory temporary = TemporaryDirectory.create(room.directory(), PURPOSE, now);
        boolean done = false;
        try {
            String expected = manifest == null ? null : manifest.dump().sha256();
            Path path = atHand(found.dump(), expected, temporary.path(), room, progress);
            FetchedDump fetched = new FetchedDump(found, room, progress, temporary, path, formOf(found, path));
            done = true;
            return fetched;
        } finally {
            if (!done) {
                temporary.close();
            }
        }
    }

    /** Bytes that fetching it will take in the temporary directory. */
    public static long roomToFetch(Found found) {
        return switch (found.dump()) {
            case AtStore remote -> remote.bytes();
            case OnDisk file -> isOthers(file) ? file.bytes() : 0;
        };
    }

    private static Path atHand(Origin origin, @Nullable String sha256, Path directory, Room room, Progress progress) {
        return switch (origin) {
            case OnDisk file when isOthers(file) -> copy(file, sha256, directory, room, progress);
            case OnDisk file -> {
                if (sha256 != null) {
                    compare(file, sha256, progress);
                }
                yield file.path();
            }
            case AtStore object -> fetch(object, sha256, directory, room, progress);
        };
    }

    /** Its owner could exchange it between the comparison and the restore. */
    private static boolean isOthers(OnDisk file) {
        return Files.isRegularFile(file.path(), LinkOption.NOFOLLOW_LINKS)
                && OwnPlace.isOthers(DurableFile.directoryOf(file.path()).toString());
    }

    private static Path copy(OnDisk file, @Nullable String sha256, Path directory, Room room, Progress progress) {
        room.require(file.bytes(), "for a copy of " + file.file() + ", which is in a directory of another user's");
        Path target = directory.resolve(file.file());
        progress.begin("copy " + file.file(), file.bytes());
        try (MeasuredInput in =
                        new MeasuredInput(Channels.newInputStream(OwnFile.openOfOthers(file.path())), progress::bytes);
                OutputStream out = Channels.newOutputStream(DurableFile.create(target))) {
            in.transferTo(out);
            if (sha256 != null) {
                checkHash(file.file(), in.sha256(), sha256);
            }
            return target;
        } catch (IOException e) {
            throw Room.cannotWrite(target, e);
        } finally {
            progress.end();
        }
    }

    private static void compare(OnDisk file, String sha256, Progress progress) {
        progress.begin("check " + file.file(), file.bytes());
        try (MeasuredInput in = new MeasuredInput(Files.newInputStream(file.path()), progress::bytes)) {
            in.drain();
            checkHash(file.file(), in.sha256(), sha256);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.VERIFICATION,
                    file.path() + " cannot be read: " + Failure.reason(e),
                    "check the disk it is on; take another copy of this backup with --from STORE",
                    e);
        } finally {
            progress.end();
        }
    }

    private static Path fetch(AtStore object, @Nullable String sha256, Path directory, Room room, Progress progress) {
        room.require(object.bytes(), "for fetching " + object.file());
        Path target = directory.resolve(object.file());
        progress.begin("fetch " + object.file(), object.bytes());
        try (MeasuredInput in = new MeasuredInput(new Bounded(object.open(), object.bytes()), progress::bytes);
                OutputStream out = room.guard(Channels.newOutputStream(DurableFile.create(target)), target)) {
            in.transferTo(out);
            if (sha256 != null) {
                checkHash(object.store().name() + "/" + object.key(), in.sha256(), sha256);
            }
            return target;
        } catch (Bounded.TooMuch e) {
            throw damaged(object.store().name() + "/" + object.key() + ": " + Failure.reason(e));
        } catch (IOException e) {
            // What the store itself has to say is a Failure already.
            throw Room.cannotWrite(target, e);
        } finally {
            progress.end();
        }
    }

    private static void checkHash(String subject, String found, String expected) {
        if (!found.equals(expected)) {
            throw damaged(subject + ": its hash is not the one in the manifest");
        }
    }

    private static DumpForm formOf(Found found, Path path) {
        try {
            return DumpForm.of(path, found.identities());
        } catch (Locked e) {
            throw AgeKeys.locked(found.file(), e, found.identities());
        } catch (DumpForm.Unknown e) {
            throw new Failure(
                    ExitCode.VERIFICATION,
                    found.file() + ": " + Unpacking.reason(e),
                    "known are what pg_dump writes with -Fc, -Fd, -Ft and -Fp, as it is or in gzip or zstd",
                    e);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.VERIFICATION,
                    found.file() + ": " + Unpacking.reason(e),
                    "take another copy of this backup",
                    e);
        }
    }

    /** What it is. */
    public DumpForm form() {
        return form;
    }

    /** A file of the caller's, which goes with everything else that is temporary. */
    public Path file(String name) {
        return temporary.path().resolve("own-" + name);
    }

    /** What was found, with its manifest. */
    public Found found() {
        return found;
    }

    /**
     * Makes it readable for a restore. A compressed or encrypted archive is written to a temporary file as it was
     * before if it is to be read in several places at once and there is room; else it comes as a stream.
     *
     * @param randomAccess whether several jobs will read it
     * @throws Failure {@link ExitCode#VERIFICATION} if it cannot be decoded, {@link ExitCode#PREFLIGHT} if there is no room
     */
    public DumpContent content(boolean randomAccess) {
        return unpacking().content(randomAccess);
    }

    /**
     * Writes the dump, decrypted and decompressed, to a file of its own.
     *
     * @throws Failure {@link ExitCode#USAGE} if the file exists
     */
    public void writeTo(Path file) {
        unpacking().writeTo(file);
    }

    private Unpacking unpacking() {
        return new Unpacking(found, path, form, temporary.path(), room, progress);
    }

    /**
     * Roles and tablespaces as SQL text, fetched, compared with the manifest and decrypted.
     *
     * @throws Failure {@link ExitCode#VERIFICATION} if the manifest names them and they are not there or not the same
     */
    public Optional<Path> globals() {
        Manifest manifest = found.manifest();
        Origin origin = found.globals();
        if (manifest == null || manifest.globals() == null || origin == null) {
            return Optional.empty();
        }
        boolean there = switch (origin) {
            case OnDisk file -> Files.exists(file.path());
            case AtStore object -> object.store().head(object.key()).isPresent();
        };
        if (!there) {
            throw damaged(origin.file() + ": the manifest names it, but it is not there");
        }
        Path stored = atHand(origin, manifest.globals().sha256(), temporary.path(), room, progress);
        return Optional.of(BackupName.isEncrypted(origin.file()) ? unpacking().decrypted(stored) : stored);
    }

    private static Failure damaged(String message) {
        return new Failure(
                ExitCode.VERIFICATION,
                message,
                "do not trust this copy: take another one with --from STORE, or an earlier backup with --at DATE");
    }

    @Override
    public void close() {
        temporary.close();
    }
}
