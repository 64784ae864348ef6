package bmm.notify;

/** What came of handing a message to a channel. A problem is one line without secrets. */
public sealed interface Delivery {
    /** It has arrived, as far as this channel can know. */
    record Delivered() implements Delivery {}

    /** It is on its way; {@link Channel#check} tells later whether it arrived. */
    record Accepted(String receipt) implements Delivery {}

    /** It was not sent, for a reason that may pass. */
    record Later(String problem) implements Delivery {}

    /** It was not sent, and this channel will not send it before someone changes something. */
    record Refused(String problem) implements Delivery {}

    /** The connection broke before the answer: it may have been sent, or not. */
    record Unclear(String problem) implements Delivery {}

    /** In words, for the log and for {@code bmm notify --test}. */
    default String inWords() {
        return switch (this) {
            case Delivered delivered -> "delivered";
            case Accepted accepted -> "accepted";
            case Later later -> "not now: " + later.problem();
            case Refused refused -> "refused: " + refused.problem();
            case Unclear unclear -> "no answer: " + unclear.problem();
        };
    }
}
