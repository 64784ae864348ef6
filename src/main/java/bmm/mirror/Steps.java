package bmm.mirror;

import java.util.function.Predicate;

/** Steps in the order of their keys. */
interface Steps {
    /**
     * Hands out one after the other.
     *
     * @param visitor says whether to go on
     */
    void forEach(Predicate<Step> visitor);
}
