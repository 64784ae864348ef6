package bmm.doctor;

import bmm.base.Keys;
import bmm.base.Setting;
import bmm.base.Settings;
import bmm.store.LifecycleRule;
import bmm.store.LifecycleRule.What;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Which lifecycle rules fit the retention that is configured for off-site. A pure function of the settings. */
final class LifecyclePlan {
    /** How long off-site dumps stay where no BMM_REMOTE_KEEP setting says so. */
    static final int DEFAULT_DAYS = 90;

    private static final int DAYS_FOR_VERSIONS = 30;
    private static final int DAYS_FOR_UPLOADS = 7;

    /** S3's limit for ids is 255 characters. */
    private static final int LONGEST_ID = 200;

    private LifecyclePlan() {}

    /**
     * The rules.
     *
     * @param prefix below which the instance's keys lie in the bucket
     */
    static List<LifecycleRule> rules(Settings settings, String prefix) {
        List<LifecycleRule> rules = new ArrayList<>();
        days(settings).ifPresent(days -> rules.add(rule("expire", prefix, What.EXPIRE, days)));
        rules.add(rule("versions", prefix, What.FORGET_VERSIONS, DAYS_FOR_VERSIONS));
        rules.add(rule("uploads", prefix, What.ABORT_UPLOADS, DAYS_FOR_UPLOADS));
        return rules;
    }

    /** What a person has to know before these rules are set. */
    static List<String> notes(Settings settings) {
        if (days(settings).isEmpty()) {
            return List.of("BMM_REMOTE_KEEP_LAST and BMM_REMOTE_KEEP_HOURLY count backups, and a bucket counts days: no"
                    + " rule removes dumps; leave that to bmm prune");
        }
        return List.of("the bucket counts days and knows nothing of newer backups: if no backup arrives for "
                + days(settings).orElseThrow() + " days, the last one goes too");
    }

    /** The days after which no rule of retention keeps a dump; nothing if they are not told in days. */
    static Optional<Integer> days(Settings settings) {
        OptionalInt most = IntStream.of(
                        settings.find(Keys.REMOTE_KEEP_WITHIN)
                                .map(LifecyclePlan::days)
                                .orElse(0),
                        days(settings, Keys.REMOTE_KEEP_DAILY, 1),
                        days(settings, Keys.REMOTE_KEEP_WEEKLY, 7),
                        days(settings, Keys.REMOTE_KEEP_MONTHLY, 31),
                        days(settings, Keys.REMOTE_KEEP_YEARLY, 366))
                .filter(days -> days > 0)
                .max();
        if (most.isPresent()) {
            return Optional.of(most.getAsInt());
        }
        boolean counted = settings.find(Keys.REMOTE_KEEP_LAST).orElse(0) > 0
                || settings.find(Keys.REMOTE_KEEP_HOURLY).orElse(0) > 0;
        return counted ? Optional.empty() : Optional.of(DEFAULT_DAYS);
    }

    private static int days(Duration within) {
        return (int) Math.ceilDiv(within.toSeconds(), Duration.ofDays(1).toSeconds());
    }

    /** One period more than are kept: the newest backup of a period may be of its first day. */
    private static int days(Settings settings, Setting<Integer> setting, int length) {
        int count = settings.find(setting).orElse(0);
        return count == 0 ? 0 : (count + 1) * length;
    }

    private static LifecycleRule rule(String name, String prefix, What what, int days) {
        String id = LifecycleRule.OWN + name + "-" + (prefix.isEmpty() ? "all" : prefix);
        return new LifecycleRule(id.substring(0, Math.min(id.length(), LONGEST_ID)), prefix, what, days);
    }
}
