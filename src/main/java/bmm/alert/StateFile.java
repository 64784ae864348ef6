package bmm.alert;

import bmm.base.DurableFile;
import bmm.base.Failure;
import bmm.base.OwnFile;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state in {@code incidents.json}, with the copy before it in {@code incidents.previous.json}. A damaged one is set
 * aside under its time and the previous one is used. When the disk is full, the state is kept in a directory in memory
 * until there is room again; of several, the newest revision counts.
 */
final class StateFile implements StateStore {
    private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);
    private static final String NAME = "incidents.json";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path file;
    private final Path previous;
    private final @Nullable Path reserve;
    private final Clock clock;
    private boolean intact;

    /**
     * A state in files.
     *
     * @param reserve a directory on another file system, best one in memory, for when that of the state takes no more
     */
    StateFile(Path directory, @Nullable Path reserve, Clock clock) {
        this.file = directory.resolve(NAME);
        this.previous = directory.resolve("incidents.previous.json");
        this.reserve = reserve == null ? null : reserve.resolve(NAME);
        this.clock = clock;
    }

    @Override
    public Hold hold() {
        Hold hold = FileHold.tryHold(file.resolveSibling(".incidents.lock"), PATIENCE);
        if (hold == null) {
            LOG.atWarn().addKeyValue("file", file).log("the lock on the incidents is not to be had; going on without");
            return () -> {};
        }
        return hold;
    }

    @Override
    public Loaded load() {
        List<String> problems = new ArrayList<>();
        Optional<AlertState> newest = read(file, problems);
        intact = newest.isPresent();
        if (newest.isEmpty() && Files.exists(previous)) {
            setAside();
            newest = read(previous, problems);
            problems.add(
                    newest.isPresent()
                            ? "the copy before it is used: the last change may be missing, or be told twice"
                            : "the copy before it is no good either: bmm begins with no incidents");
        } else if (newest.isEmpty() && Files.exists(file)) {
            setAside();
        }
        if (reserve != null && isOurs(reserve.getParent())) {
            Optional<AlertState> kept = read(reserve, problems);
            long revision = newest.map(AlertState::revision).orElse(0L);
            newest = kept.filter(state -> state.revision() > revision).isPresent() ? kept : newest;
        }
        return new Loaded(newest.orElse(AlertState.EMPTY), List.copyOf(problems));
    }

    private static Optional<AlertState> read(Path from, List<String> problems) {
        if (!Files.exists(from)) {
            return Optional.empty();
        }
        try {
            return Optional.of(StateText.read(OwnFile.read(from)));
        } catch (IOException | JsonParseException e) {
            problems.add("the state of incidents in " + from + " cannot be read: " + Failure.reason(e));
            return Optional.empty();
        }
    }

    /** A copy under its time; the damaged file itself stays until a good one replaces it. */
    private void setAside() {
        String time = clock.instant().toString().replaceAll("[-:]|\\.\\d+", "");
        try {
            if (Files.exists(file)) {
                DurableFile.write(file.resolveSibling("incidents.damaged-" + time + ".json"), OwnFile.read(file));
            }
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file).log("damaged, and cannot be set aside: {}", Failure.reason(e));
        }
    }

    @Override
    public void save(AlertState state) throws IOException {
        byte[] text = StateText.write(state);
        try {
            DurableFile.createDirectories(DurableFile.directoryOf(file));
            keepPrevious();
            DurableFile.write(file, text);
            intact = true;
            if (reserve != null && Files.exists(reserve)) {
                Files.delete(reserve);
            }
        } catch (IOException e) {
            if (reserve == null) {
                throw e;
            }
            LOG.atWarn()
                    .addKeyValue("file", file)
                    .log("cannot be written ({}); kept in {} until it can", Failure.reason(e), reserve.getParent());
            DurableFile.createDirectories(DurableFile.directoryOf(reserve));
            if (!isOurs(reserve.getParent())) {
                throw new IOException(reserve.getParent() + " belongs to someone else", e);
            }
            DurableFile.write(reserve, text);
        }
    }

    /** A copy of the file of now, which is still there when the new one has taken its name. */
    private void keepPrevious() throws IOException {
        if (!intact || !Files.exists(file)) {
            return;
        }
        DurableFile.write(previous, OwnFile.read(file));
    }

    /** Directories in memory are often open to everyone, so that someone else may have made it first. */
    private static boolean isOurs(@Nullable Path directory) {
        try {
            if (directory == null || !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
            return Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS)
                            .getName()
                            .equals(System.getProperty("user.name"))
                    && !permissions.contains(PosixFilePermission.GROUP_WRITE)
                    && !permissions.contains(PosixFilePermission.OTHERS_WRITE);
        } catch (IOException e) {
            return false;
        }
    }
}
