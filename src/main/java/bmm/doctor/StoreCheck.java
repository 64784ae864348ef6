package bmm.doctor;

import bmm.base.Failure;
import bmm.base.Finding;
import bmm.base.Hint;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.store.ObjectStore;
import bmm.store.StoreProfile;
import bmm.store.StoreProfiles;
import bmm.store.Stores;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Every configured store: reached, at which addresses, and what its last probe saw. */
final class StoreCheck {
    private final Settings settings;
    private final StoreProfiles profiles;
    private final Reachability reachability;

    StoreCheck(Settings settings, Instance instance) {
        this.settings = settings;
        this.profiles = new StoreProfiles(instance.stateDirectory());
        this.reachability = Reachability.ofThisHost(settings);
    }

    List<Finding> run() {
        Set<String> offSite =
                new LinkedHashSet<>(settings.find(Keys.BACKUP_REMOTE).orElse(List.of()));
        Set<String> all = new LinkedHashSet<>();
        settings.all(Keys.STORE).keySet().forEach(name -> all.add(name.toLowerCase(Locale.ROOT)));
        all.addAll(offSite);
        List<Finding> findings = new ArrayList<>();
        for (String address : all) {
            String subject = "store " + address;
            try {
                reachability.audit(address).forEach(finding -> findings.add(finding.about(subject)));
                findings.add(reached(subject, address, offSite.contains(address)));
            } catch (Failure e) {
                findings.add(Finding.fail(e.exitCode(), subject, e));
            }
        }
        if (offSite.isEmpty()) {
            findings.add(Finding.warn(
                    "off-site", "backups stay on this machine only", "set BMM_BACKUP_REMOTE to a store elsewhere"));
        }
        return findings;
    }

    private Finding reached(String subject, String address, boolean offSite) {
        try (ObjectStore store = Stores.open(address, settings)) {
            boolean leftovers = store.list(".bmm/doctor-").hasNext();
            String left = leftovers ? "; keys of earlier probes are left below .bmm/doctor-…" : "";
            Optional<StoreProfile> profile = profiles.of(store.name());
            if (profile.isEmpty()) {
                return offSite
                        ? Finding.warn(
                                subject,
                                "reached, never probed" + left,
                                Hint.of("bmm doctor ").name(address).and(" tells what it does"))
                        : Finding.ok(subject, "reached" + left);
            }
            return probed(subject, address, profile.get(), offSite, left);
        }
    }

    private static Finding probed(String subject, String address, StoreProfile profile, boolean offSite, String left) {
        String seen = "reached; probed on " + LocalDate.ofInstant(profile.probed(), ZoneOffset.UTC);
        if (profile.ignoresCreateOnly()) {
            return Finding.warn(
                    subject,
                    seen + ": it silently ignores create-only" + left,
                    "let only one host write there, or use another store");
        }
        return offSite && profile.canBeDestroyed()
                ? Finding.warn(
                        subject,
                        seen + ": these credentials can destroy what is there" + left,
                        Hint.of("docs/write-only.md has credentials that cannot; bmm doctor ")
                                .name(address)
                                .and(" tells what these can"))
                : Finding.ok(subject, seen + left);
    }
}
