package bmm.mirror;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.store.KeyText;
import bmm.store.ObjectStore;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a complete plan before anything of it is done, and refuses what would harm the copy. Each refusal is exit
 * code {@link ExitCode#MIRROR}, says why, and leaves everything as it was.
 */
final class Guards {
    private static final Logger LOG = LoggerFactory.getLogger(Guards.class);

    private final ObjectStore source;
    private final ObjectStore destination;
    private final Conditions conditions;

    Guards(ObjectStore source, ObjectStore destination, Conditions conditions) {
        this.source = source;
        this.destination = destination;
        this.conditions = conditions;
    }

    void check(Plan plan, Optional<LastRun> last) {
        Plan.Totals totals = plan.totals();
        refuseEmptySource(totals);
        refuseWithoutCanary(totals);
        last.ifPresent(run -> compareWith(run, totals));
        refuseTooManyDeletions(totals);
        if (conditions.delete() && totals.extra > 0) {
            refuseALyingListing(plan);
        }
    }

    private void refuseEmptySource(Plan.Totals totals) {
        if (totals.sourceObjects == 0) {
            throw refused(
                    "the source " + source.name() + " is empty",
                    "is its address right, the disk mounted, the filter not too narrow? a mirror of nothing is never made");
        }
    }

    private void refuseWithoutCanary(Plan.Totals totals) {
        if (conditions.canary().isPresent() && !totals.canarySeen) {
            throw refused(
                    "the source " + source.name() + " does not have the canary "
                            + KeyText.shown(conditions.canary().get()),
                    "this is not the source that was meant, or somebody took the canary away");
        }
    }

    private void compareWith(LastRun last, Plan.Totals totals) {
        long missing = last.sourceObjects() - totals.sourceObjects;
        if (missing <= conditions.maxDelete().of(last.sourceObjects())) {
            return;
        }
        String story = "the source " + source.name() + " lists " + Amounts.count(totals.sourceObjects, "object") + ", "
                + Amounts.count(missing) + " fewer than at " + last.at();
        if (conditions.delete()) {
            throw refused(
                    story + ", more than max-delete=" + conditions.maxDelete() + " allows",
                    raiseTheLimit(missing),
                    null);
        }
        LOG.atWarn().log("{}", story);
    }

    private void refuseTooManyDeletions(Plan.Totals totals) {
        long deletions = (conditions.delete() ? totals.extra : 0) + (conditions.update() ? totals.emptied : 0);
        long most = conditions.maxDelete().of(totals.destinationObjects);
        if (deletions > most) {
            throw refused(
                    Amounts.count(deletions, "object") + " of " + Amounts.count(totals.destinationObjects) + " at "
                            + destination.name() + " would be deleted or emptied, and max-delete="
                            + conditions.maxDelete() + " allows " + Amounts.count(most),
                    raiseTheLimit(deletions),
                    null);
        }
    }

    /** A listing that is cut but claims to be complete is found out by asking for what it left out. */
    private void refuseALyingListing(Plan plan) {
        AtomicReference<@Nullable String> found = new AtomicReference<>();
        boolean all = new Transfers(conditions.transfers(), () -> found.get() == null)
                .run(plan, step -> step.kind() == Step.Kind.EXTRA, step -> {
                    if (source.head(step.key()).isPresent()) {
                        found.set(step.key());
                    }
                });
        String key = found.get();
        if (key != null || !all) {
            throw refused(
                    "the source " + source.name() + " has " + KeyText.shown(String.valueOf(key))
                            + ", but its listing left it out: the listing is not complete",
                    "look for a faulty proxy or server; if objects are just being added, run it again");
        }
    }

    private static Hint raiseTheLimit(long deletions) {
        return Hint.of("if that is what happened there, say --max-delete ")
                .and(deletions)
                .and(" one time");
    }

    /** A refusal. */
    static Failure refused(String why, @CompileTimeConstant final String hint) {
        return refused(why, Hint.of(hint), null);
    }

    static Failure refused(String why, @Nullable Hint hint, @Nullable Throwable cause) {
        return new Failure(ExitCode.MIRROR, "refused, nothing was touched: " + why, hint, cause);
    }
}
