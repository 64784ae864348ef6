package bmm.store;

/**
 * What is run on the host of an rsync: store, in the words of a POSIX shell. One line each, without single quotes, so
 * that whatever login shell a user has hands them to {@code sh} as they are. Names come as arguments in ASCII, their
 * other bytes in octal, the first one is the root; all others lie below it and begin with {@code ./}.
 */
final class RemoteScripts {
    /** Comes before anything that is printed: a login script may have printed something of its own. */
    static final String BEGIN = "bmm-begin";

    /** Behind each record of a listing; no path has it in it, whatever it holds. */
    static final String RECORD_END = "//\n";

    static final int NO_ROOT = 71;
    static final int MISSING = 72;
    static final int LINK = 73;
    static final int TAKEN = 74;
    static final int DIRECTORY = 75;
    static final int CUT = 76;
    static final int NOT_A_DIRECTORY = 77;
    static final int DENIED = 78;
    static final int NO_LINKS = 79;

    /** A directory could not be made, or went away with another deletion. */
    static final int NO_DIRECTORY = 80;

    private static final String ROOT = "p() { printf %b \"$1\"; }; r=$(p \"$1\"); shift; cd \"$r\" || exit 71; ";

    /** Its arguments: the object, then the directories above it. */
    private static final String OBJECT = ROOT + "t=$(p \"$1\"); shift; ";

    /** No link is followed, and what cannot be looked into is not taken for empty. */
    private static final String GUARD = "for d; do d=$(p \"$d\"); if [ -h \"$d\" ]; then exit 73; fi;"
            + " if [ -d \"$d\" ] && [ ! -x \"$d\" ]; then exit 78; fi; done;"
            + " if [ -h \"$t\" ]; then exit 73; fi; ";

    private static final String FREE = "if [ -d \"$t\" ]; then exit 75; fi; if [ -e \"$t\" ]; then exit 74; fi; ";

    private static final String STAT = "stat -c \"%s %Y\" \"$t\" 2>/dev/null || stat -f \"%z %m\" \"$t\" || exit 1; ";

    /** root: whether it is there. */
    static final String CHECK = ROOT + "echo bmm-begin";

    /** root, object, directories: size and time. */
    static final String HEAD =
            OBJECT + GUARD + "if [ ! -f \"$t\" ]; then exit 72; fi; echo bmm-begin; " + STAT + "exit 0";

    /** root, first byte (1 is the first), bytes or {@code all}, object, directories: size and time, then the content. */
    static final String GET = ROOT
            + "k=$1; n=$2; shift 2; t=$(p \"$1\"); shift; "
            + GUARD
            + "if [ ! -f \"$t\" ]; then exit 72; fi; echo bmm-begin; "
            + STAT
            + "if [ \"$n\" != all ]; then tail -c \"+$k\" \"$t\" | head -c \"$n\"; exit; fi;"
            + " if [ \"$k\" != 1 ]; then exec tail -c \"+$k\" \"$t\"; fi; exec cat \"$t\"";

    /** root, object, directories: whether its name is free. */
    static final String CHECK_FREE = OBJECT + GUARD + FREE + "exit 0";

    /** root, temporary name, object, directories: what comes in goes under the temporary name. */
    static final String RECEIVE =
            ROOT + "n=$(p \"$1\"); shift; t=$(p \"$1\"); shift; " + GUARD + FREE + "umask 077; exec cat > \"$n\"";

    /**
     * root, temporary name, its size, object, directories from the top: gives it its name. {@code ln} makes a name or
     * fails, in one step of the file system; where the answer to it got lost, {@code -ef} tells whose the name is.
     */
    static final String PUBLISH = ROOT
            + "n=$(p \"$1\"); s=$2; shift 2; t=$(p \"$1\"); shift; "
            + "z=$(wc -c < \"$n\") || exit 1; if [ \"$z\" -ne \"$s\" ]; then exit 76; fi; "
            + "umask 077; for d; do d=$(p \"$d\"); if [ -h \"$d\" ]; then exit 73; fi;"
            + " if [ -d \"$d\" ]; then :; else if [ -e \"$d\" ]; then exit 77; fi; mkdir \"$d\" || [ -d \"$d\" ] || exit 80; fi; done; "
            + "if [ -h \"$t\" ]; then exit 73; fi; "
            + "sync \"$n\" 2>/dev/null || sync; "
            + "if [ -d \"$t\" ]; then exit 75; fi; "
            + "if ln \"$n\" \"$t\"; then if [ -d \"$t\" ]; then rm -f \"$t/$n\"; exit 75; fi;"
            + " else if [ \"$n\" -ef \"$t\" ]; then :; else if [ -d \"$t\" ]; then exit 75; fi;"
            + " if [ -e \"$t\" ] || [ -h \"$t\" ]; then exit 74; fi;"
            + " if [ -d \"${t%/*}\" ]; then exit 79; fi; exit 80; fi; fi; "
            + "sync \"${t%/*}\" 2>/dev/null || sync";

    /** root, temporary name. */
    static final String SWEEP = OBJECT + "rm -f \"$t\"";

    /** root, object, directories from the bottom: those that are empty then go too. */
    static final String DELETE = OBJECT
            + GUARD
            + "if [ -f \"$t\" ]; then rm -f \"$t\" || exit 1; for d; do rmdir \"$(p \"$d\")\" 2>/dev/null || break; done;"
            + " sync . 2>/dev/null; fi; exit 0";

    /**
     * root, where to begin, directories: size, time and path of each file. Names of bmm's own are left out. Without GNU
     * find, {@code stat} tells (BusyBox, BSD).
     */
    static final String LIST = OBJECT
            + GUARD
            + "echo bmm-begin; if [ ! -d \"$t\" ]; then exit 0; fi; "
            + "if find . -maxdepth 0 -printf \"\" 2>/dev/null; then exec find \"$t\" -ignore_readdir_race"
            + " -name \".bmm~[!k]*\" -prune -o -type f -printf \"%s %T@ %p//\\n\"; fi; "
            + "if stat -c %s . > /dev/null 2>&1; then exec find \"$t\" -name \".bmm~[!k]*\" -prune -o -type f"
            + " -exec stat -c \"%s %Y %n//\" {} +; fi; "
            + "exec find \"$t\" -name \".bmm~[!k]*\" -prune -o -type f -exec stat -f \"%z %m %N//\" {} +";

    /** root: names and times of what was being received. */
    static final String LEFTOVERS = ROOT
            + "echo bmm-begin; for t in .bmm~t*; do if [ -f \"$t\" ]; then echo \"$(stat -c \"%s %Y\" \"$t\" 2>/dev/null"
            + " || stat -f \"%z %m\" \"$t\") $t\"; fi; done; exit 0";

    private RemoteScripts() {}
}
