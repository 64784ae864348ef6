package bmm.base;

/** How a run of bmm ended, as the number that the process exits with. Help, manual and docs are filled from here. */
public enum ExitCode {
    OK(0, "done"),
    LOCKED(1, "another run holds the lock"),
    DUMP(2, "dump failed"),
    STORE(3, "off-site (store) failed; the local backup is good"),
    VERIFICATION(4, "verification failed; nothing was published"),
    DRILL(5, "restore drill failed"),
    MIRROR(6, "mirror refused or incomplete"),
    STATUS(7, "at least one probe is DOWN / a status check failed"),
    RESTORE(8, "restore failed"),
    PREFLIGHT(9, "preflight refused (disk, version, parity)"),
    NOTIFICATION(10, "notification not delivered (only with --strict)"),
    USAGE(64, "usage"),
    INTERNAL(70, "internal error"),
    CONFIGURATION(78, "configuration");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    /** The process exit status, 0 to 78. */
    public int code() {
        return code;
    }

    /** A few words for help and manual. */
    public String meaning() {
        return meaning;
    }

    /**
     * The worse of two outcomes, for a run over many databases. A backup that does not exist at all (2, 4, 9) is worse
     * than one that is not off-site (3); anything is worse than done.
     */
    public ExitCode worse(ExitCode other) {
        return severity() >= other.severity() ? this : other;
    }

    private int severity() {
        return switch (this) {
            case OK -> 0;
            case NOTIFICATION -> 1;
            case LOCKED -> 2;
            case STATUS -> 3;
            case STORE -> 4;
            case MIRROR -> 5;
            case PREFLIGHT -> 6;
            case RESTORE -> 7;
            case DRILL -> 8;
            case DUMP -> 9;
            case VERIFICATION -> 10;
            case USAGE -> 11;
            case CONFIGURATION -> 12;
            case INTERNAL -> 13;
        };
    }
}
