package bmm.mirror;

import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.TemporaryDirectory;
import bmm.store.ObjectInfo;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a run would do, known before anything is done. Two listings are merged in the order of their keys;
 * what has to be done goes to a temporary file without a name, so that memory does not grow with the number of objects.
 */
final class Plan implements Steps, AutoCloseable {
    /** What the listings held, and what follows from them. */
    static final class Totals {
        long sourceObjects;
        long sourceBytes;
        long destinationObjects;
        long same;
        long copies;
        long copyBytes;
        long changed;
        long changedBytes;
        long doubtful;
        long extra;

        /** Objects that are empty now and were not: deleted as surely as if they were gone. */
        long emptied;

        boolean canarySeen;
    }

    private static final int BUFFER = 64 * 1024;

    private final FileChannel file;
    private final Totals totals = new Totals();
    private final @Nullable String canary;
    private final Path directory;

    private Plan(FileChannel file, @Nullable String canary, Path directory) {
        this.file = file;
        this.canary = canary;
        this.directory = directory;
    }

    /**
     * Compares two listings to their ends.
     *
     * @param directory for the temporary file
     * @throws Failure if one of them breaks off or cannot be trusted
     */
    static Plan of(Listing source, Listing destination, @Nullable String canary, Path directory) {
        Plan plan;
        try {
            TemporaryDirectory.check(directory);
            FileChannel file = DurableFile.nameless(directory.resolve("bmm-mirror-" + UUID.randomUUID()));
            plan = new Plan(file, canary, directory);
        } catch (IOException e) {
            throw failure(directory, e);
        }
        boolean whole = false;
        try {
            DataOutputStream steps =
                    new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(plan.file), BUFFER));
            plan.merge(source, destination, steps);
            steps.flush();
            whole = true;
            return plan;
        } catch (IOException e) {
            throw failure(directory, e);
        } finally {
            if (!whole) {
                plan.close();
            }
        }
    }

    private void merge(Listing source, Listing destination, DataOutputStream steps) throws IOException {
        Merge merge = new Merge(source, destination);
        while (merge.next()) {
            Step step = step(merge.there(), merge.here());
            if (step != null) {
                step.write(steps);
            }
        }
    }

    private @Nullable Step step(@Nullable ObjectInfo there, @Nullable ObjectInfo here) {
        if (there != null) {
            totals.sourceObjects++;
            totals.sourceBytes += there.size();
            totals.canarySeen |= there.key().equals(canary);
        }
        if (here != null) {
            totals.destinationObjects++;
        }
        if (there == null) {
            totals.extra++;
            return new Step(Step.Kind.EXTRA, null, here);
        }
        if (here == null) {
            totals.copies++;
            totals.copyBytes += there.size();
            return new Step(Step.Kind.COPY, there, null);
        }
        return switch (Comparison.of(there, here)) {
            case SAME -> {
                totals.same++;
                yield null;
            }
            case DIFFERENT -> {
                totals.changed++;
                totals.changedBytes += there.size();
                totals.emptied += there.size() == 0 ? 1 : 0;
                yield new Step(Step.Kind.CHANGED, there, here);
            }
            case UNKNOWN -> {
                totals.doubtful++;
                yield new Step(Step.Kind.DOUBTFUL, there, here);
            }
        };
    }

    Totals totals() {
        return totals;
    }

    /** Whether the listings say all there is to say. */
    boolean isEmpty() {
        return totals.copies + totals.changed + totals.doubtful == 0;
    }

    @Override
    public void forEach(Predicate<Step> visitor) {
        try {
            DataInputStream steps =
                    new DataInputStream(new BufferedInputStream(Channels.newInputStream(file.position(0)), BUFFER));
            long count = totals.copies + totals.changed + totals.doubtful + totals.extra;
            for (long i = 0; i < count; i++) {
                if (!visitor.test(Step.read(steps))) {
                    return;
                }
            }
        } catch (IOException e) {
            throw failure(directory, e);
        }
    }

    private static Failure failure(Path directory, IOException e) {
        return new Failure(
                ExitCode.MIRROR,
                "the plan of the mirror cannot be kept in " + directory + ": " + Failure.reason(e),
                "free some space there, or set BMM_TEMP_DIR",
                e);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw failure(directory, e);
        }
    }
}
