package bmm.postgres;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The oldest minor release of each supported major version in which the holes are closed that bmm meets: psql running what
 * stands in a dump (CVE-2025-8714, CVE-2025-8715, and CVE-2026-18408 with {@code \\unrestrict}), and pg_dump reading a view
 * in the place of a table (CVE-2024-7348). As of November 2026; to be looked at with every release of bmm.
 *
 * @see <a href="https://www.postgresql.org/support/security/">PostgreSQL's security page, and "Versioning Policy" beside
 *     it</a>
 */
public final class FixedReleases {
    private static final Map<Integer, Integer> MINORS = Map.of(14, 24, 15, 19, 16, 15, 17, 11, 18, 6);
    private static final int OLDEST_SUPPORTED = 14;
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*", Pattern.DOTALL);

    private FixedReleases() {}

    /**
     * What speaks against a release, in words; nothing for one of a newer major version, or a beta.
     *
     * @param version as a server or tool tells it, such as {@code 15.18 (Debian 15.18-1)}
     */
    public static Optional<String> problem(String version) {
        Matcher parts = VERSION.matcher(version);
        if (!parts.matches()) {
            return Optional.empty();
        }
        int major = Integer.parseInt(parts.group(1));
        String release = major + "." + parts.group(2);
        if (major < OLDEST_SUPPORTED) {
            return Optional.of(release + " is out of support: its holes are not closed any more");
        }
        Integer fixed = MINORS.get(major);
        return fixed == null || Integer.parseInt(parts.group(2)) >= fixed
                ? Optional.empty()
                : Optional.of(release + " has known holes, which " + major + "." + fixed + " closes");
    }
}
