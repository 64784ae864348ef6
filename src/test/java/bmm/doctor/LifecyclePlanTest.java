package bmm.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.base.Settings;
import bmm.store.LifecycleRule;
import bmm.store.LifecycleRule.What;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LifecyclePlanTest {
    private static Settings settings(String pairs) {
        Map<String, String> values = new HashMap<>();
        for (String pair : pairs.isEmpty() ? new String[0] : pairs.split(" ", -1)) {
            String[] parts = pair.split("=", 2);
            values.put("BMM_REMOTE_KEEP_" + parts[0], parts[1]);
        }
        return Settings.load(values, Map.of(), List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "'', 90",
        "WITHIN=30d, 30",
        "WITHIN=25h, 2",
        "WITHIN=8w, 56",
        "DAILY=14, 15",
        "DAILY=14 MONTHLY=12, 403",
        "WITHIN=400d MONTHLY=12, 403",
        "YEARLY=2, 1098",
        "LAST=5 DAILY=7, 8"
    })
    void noDumpGoesBeforeRetentionLetsItGo(String keep, int days) {
        assertThat(LifecyclePlan.days(settings(keep))).contains(days);
    }

    @Test
    void countsThatAreNoDaysMakeNoRuleForDumps() {
        assertThat(LifecyclePlan.days(settings("LAST=5"))).isEmpty();
        assertThat(LifecyclePlan.rules(settings("LAST=5"), "p/"))
                .extracting(LifecycleRule::what)
                .containsExactly(What.FORGET_VERSIONS, What.ABORT_UPLOADS);
        assertThat(LifecyclePlan.notes(settings("HOURLY=5"))).anyMatch(note -> note.contains("bmm prune"));
    }

    @Test
    void rulesHoldBelowThePrefixOnlyAndSayWhoseTheyAre() {
        List<LifecycleRule> rules = LifecyclePlan.rules(settings(""), "backups/bmm/");
        assertThat(rules).allMatch(rule -> rule.prefix().equals("backups/bmm/"));
        assertThat(rules)
                .extracting(LifecycleRule::id)
                .containsExactly("bmm-expire-backups/bmm/", "bmm-versions-backups/bmm/", "bmm-uploads-backups/bmm/");
        assertThat(LifecyclePlan.rules(settings(""), "x".repeat(900)))
                .allMatch(rule -> rule.id().length() <= 255);
    }
}
