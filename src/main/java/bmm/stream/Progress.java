package bmm.stream;

/** Told how far long work has come; a terminal shows it, a cron job does not. */
public interface Progress {
    /** Work begins: what it is, and how many bytes it will be about, or 0 where nobody knows. */
    void begin(String what, long expectedBytes);

    /** Bytes done since the work began. */
    void bytes(long done);

    /** What is being looked at right now, such as a table. */
    void detail(String what);

    /** The work is over, well or not. */
    void end();

    /** Shows nothing. */
    Progress NONE = new Progress() {
        @Override
        public void begin(String what, long expectedBytes) {}

        @Override
        public void bytes(long done) {}

        @Override
        public void detail(String what) {}

        @Override
        public void end() {}
    };
}
