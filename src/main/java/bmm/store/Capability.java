package bmm.store;

/** What a store can do, or lets these credentials do. */
public enum Capability {
    CLOCK("clock"),
    ADDRESS("address"),
    CREATE_ONLY("create-only"),
    CREATE_ONLY_PARTS("create-only in parts"),
    READ("read"),
    LIST("list"),
    CHECKSUMS("checksums"),
    PARTS("parts"),
    ABORT("abort"),
    VERSIONS("versions"),
    OVERWRITE("overwrite"),
    DELETE("delete"),
    DELETE_VERSIONS("delete versions"),
    LOCK("object lock"),
    SPACE("free space");

    private final String words;

    Capability(String words) {
        this.words = words;
    }

    /** For people, and for the profile. */
    public String words() {
        return words;
    }
}
