package bmm.alert;

/**
 * A thing that can fail, by name: {@code uptime/api}, {@code backup/archiv}, {@code wal}. What comes before the slash is
 * the job that watches it.
 */
public record Subject(String name) {
    public static Subject of(String job, String name) {
        return new Subject(job + "/" + name);
    }

    /** The job: {@code uptime} of {@code uptime/api}. */
    public String job() {
        int slash = name.indexOf('/');
        return slash < 0 ? name : name.substring(0, slash);
    }

    /** What people call it: {@code api} of {@code uptime/api}. */
    public String shortName() {
        return name.substring(name.indexOf('/') + 1);
    }

    /** Whether {@code bmm uptime} watches it, rather than that it is a job itself. */
    boolean isProbe() {
        return job().equals("uptime");
    }

    @Override
    public String toString() {
        return name;
    }
}
