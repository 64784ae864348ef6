package bmm.mirror;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Stopping;
import bmm.store.KeyText;
import bmm.store.ObjectInfo;
import bmm.store.ObjectStore;
import bmm.store.Throttle;
import bmm.stream.Progress;
import java.util.ArrayList;
import java.util.List;

/** Compares two stores and changes nothing. */
public final class Check {
    /** What is told one by one; the numbers are complete. */
    private static final int MOST_TOLD = 1000;

    /**
     * What was found.
     *
     * @param findings the first ones, one line each
     */
    public record Report(
            String source,
            String destination,
            long same,
            long sizeOnly,
            long differ,
            long missingAtSource,
            long missingAtDestination,
            long failed,
            List<String> findings) {
        public ExitCode exitCode() {
            return differ + missingAtSource + missingAtDestination + failed > 0 ? ExitCode.MIRROR : ExitCode.OK;
        }
    }

    private final ObjectStore source;
    private final ObjectStore destination;
    private final Conditions conditions;
    private final boolean download;
    private final Progress progress;
    private final Copier reader;

    private final List<String> findings = new ArrayList<>();
    private long same;
    private long sizeOnly;
    private long differ;
    private long missingAtSource;
    private long missingAtDestination;
    private long failed;

    /**
     * @param download whether to read everything instead of believing the listings
     */
    public Check(
            ObjectStore source, ObjectStore destination, Conditions conditions, boolean download, Progress progress) {
        this.source = source;
        this.destination = destination;
        this.conditions = conditions;
        this.download = download;
        this.progress = progress;
        this.reader = new Copier(source, destination, new Throttle(conditions.bandwidth()), bytes -> {});
    }

    /**
     * Compares everything.
     *
     * @throws Failure {@link ExitCode#MIRROR} if one of the listings breaks off or cannot be trusted
     */
    public Report run() {
        progress.begin("comparing " + source.name() + " with " + destination.name(), 0);
        KeyFilter filter = conditions.filter();
        try (Listing there = new Listing(source, filter, e -> e.as(ExitCode.MIRROR));
                Listing here = new Listing(destination, filter, e -> e.as(ExitCode.MIRROR))) {
            Steps pairs = visitor -> {
                Merge merge = new Merge(there, here);
                while (merge.next() && visitor.test(new Step(Step.Kind.DOUBTFUL, merge.there(), merge.here()))) {
                    progress.detail(KeyText.shown(
                            merge.there() == null ? "" : merge.there().key()));
                }
            };
            boolean all = new Transfers(conditions.transfers(), () -> !Stopping.requested())
                    .run(pairs, this::isLeftToRead, this::compareContent);
            if (!all) {
                throw new Failure(ExitCode.MIRROR, "stopped before everything was compared", "run it again");
            }
        } finally {
            progress.end();
        }
        return new Report(
                source.name(),
                destination.name(),
                same,
                sizeOnly,
                differ,
                missingAtSource,
                missingAtDestination,
                failed,
                List.copyOf(findings));
    }

    /** Decides what the listings decide. */
    private synchronized boolean isLeftToRead(Step pair) {
        ObjectInfo there = pair.source();
        ObjectInfo here = pair.destination();
        if (there == null) {
            missingAtSource++;
            tell("missing at the source", pair.key());
        } else if (here == null) {
            missingAtDestination++;
            tell("missing at the destination", pair.key());
        } else if (there.size() != here.size()) {
            differ++;
            tell("differ in size, " + there.size() + " and " + here.size() + " bytes", pair.key());
        } else if (download && there.size() > 0) {
            return true;
        } else if (!Comparison.haveHashes(there, here) && there.size() > 0) {
            sizeOnly++;
        } else if (there.size() > 0 && !there.tag().equals(here.tag())) {
            differ++;
            tell("differ in hash", pair.key());
        } else {
            same++;
        }
        return false;
    }

    private void compareContent(Step pair) {
        try {
            boolean equal = reader.isSameContent(pair.atSource(), pair.atDestination());
            synchronized (this) {
                if (equal) {
                    same++;
                } else {
                    differ++;
                    tell("differ in content", pair.key());
                }
            }
        } catch (Failure e) {
            synchronized (this) {
                failed++;
                tell("cannot be read: " + e.getMessage(), pair.key());
            }
        }
    }

    private void tell(String what, String key) {
        if (findings.size() < MOST_TOLD) {
            findings.add(what + ": " + KeyText.shown(key));
        }
    }
}
