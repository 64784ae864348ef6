package bmm.store;

/**
 * A rule that a bucket keeps to by itself, once a day or so.
 *
 * @param id unique in the bucket; bmm's begin with {@code bmm-}
 * @param prefix below which keys it holds
 * @param what it does
 * @param days after how many days
 */
public record LifecycleRule(String id, String prefix, What what, int days) {
    /** The beginning of the ids of all rules that bmm makes. */
    public static final String OWN = "bmm-";

    /** What a rule does with what it holds for. */
    public enum What {
        /** Removes objects; where there are versions, hides them. */
        EXPIRE("remove objects after %d days"),
        /** Removes versions that are no longer the current one, and markers with nothing behind them. */
        FORGET_VERSIONS("remove replaced and deleted versions after %d days"),
        /** Removes the parts of uploads that were never completed. */
        ABORT_UPLOADS("remove unfinished uploads after %d days");

        private final String words;

        What(String words) {
            this.words = words;
        }
    }

    /** In words, without the id. */
    public String says() {
        return what.words.formatted(days) + (prefix.isEmpty() ? "" : " below " + prefix);
    }
}
