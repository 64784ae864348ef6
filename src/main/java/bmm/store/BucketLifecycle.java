package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleExpiration;
import software.amazon.awssdk.services.s3.model.LifecycleRuleFilter;

/** The lifecycle rules of a bucket: read them, and set bmm's own, leaving all others as they are. */
public final class BucketLifecycle implements AutoCloseable {
    /** A rule that is there: {@code says} is all of it, in the protocol's words where bmm has none. */
    public record Present(String id, boolean enabled, String says) {}

    private final S3Address address;
    private final S3Client client;
    private final S3Errors errors;
    private final LifecycleXml xml = new LifecycleXml();

    private BucketLifecycle(BucketAccess access) {
        this.address = access.given();
        this.client = access.open(xml);
        this.errors = new S3Errors(address);
    }

    /**
     * Opens a bucket.
     *
     * @throws Failure {@link ExitCode#CONFIGURATION} if the store is no bucket
     */
    public static BucketLifecycle open(String store, Settings settings) {
        return new BucketLifecycle(Stores.bucket(store, settings)
                .orElseThrow(() -> new Failure(
                        ExitCode.CONFIGURATION,
                        store + " is no bucket, and has no lifecycle rules",
                        "bmm prune removes old backups in stores of every kind")));
    }

    /** The store's name. */
    public String name() {
        return address.toString();
    }

    /** Below which the store's keys begin in the bucket; empty, or ending in a slash. */
    public String prefix() {
        return address.prefix();
    }

    /** What the bucket has today. */
    public List<Present> rules() {
        return read().stream().map(BucketLifecycle::present).toList();
    }

    private List<software.amazon.awssdk.services.s3.model.LifecycleRule> read() {
        try {
            return AwsClient.ask(
                            () -> client.getBucketLifecycleConfiguration(request -> request.bucket(address.bucket())))
                    .rules();
        } catch (S3Refusal e) {
            if (e.code().equals("NoSuchLifecycleConfiguration")) {
                return List.of();
            }
            throw denied(e, "s3:GetLifecycleConfiguration");
        } catch (S3Breakage e) {
            throw errors.failure("", e);
        }
    }

    /**
     * Sets these rules in place of those with the same ids, and keeps all others; then reads them back.
     *
     * @return those that the store has taken
     * @throws Failure if the store refuses, or holds rules of others that could not be kept exactly as they are
     */
    public List<LifecycleRule> apply(List<LifecycleRule> wanted) {
        Set<String> ids = wanted.stream().map(LifecycleRule::id).collect(Collectors.toSet());
        List<software.amazon.awssdk.services.s3.model.LifecycleRule> others =
                read().stream().filter(rule -> !ids.contains(rule.id())).toList();
        xml.unknown().ifPresent(element -> {
            throw new Failure(
                    ExitCode.STORE,
                    name() + ": a lifecycle rule of this bucket holds <" + element
                            + ">, which would be lost if bmm wrote the rules",
                    "add the rules that bmm doctor --lifecycle prints with the store's own tool");
        });
        List<software.amazon.awssdk.services.s3.model.LifecycleRule> all = new ArrayList<>(others);
        wanted.forEach(rule -> all.add(written(rule)));
        try {
            write(all);
        } catch (S3Refusal e) {
            // Some know no rule for unfinished uploads: MinIO refuses it, and clears them after a day by itself.
            List<software.amazon.awssdk.services.s3.model.LifecycleRule> fewer =
                    all.stream().filter(rule -> !isOwnAbort(rule, ids)).toList();
            if (e.status() == 403 || e.status() == 401 || fewer.size() == all.size()) {
                throw denied(e, "s3:PutLifecycleConfiguration");
            }
            try {
                write(fewer);
            } catch (S3Refusal again) {
                throw denied(again, "s3:PutLifecycleConfiguration");
            }
        }
        Set<String> there = rules().stream().map(Present::id).collect(Collectors.toSet());
        Optional<String> lost = others.stream()
                .map(rule -> rule.id())
                .filter(id -> !there.contains(id))
                .findFirst();
        if (lost.isPresent()) {
            throw new Failure(
                    ExitCode.STORE,
                    name() + ": the rule " + lost.get() + " is no longer there after the rules were written",
                    "set it again with the store's own tool");
        }
        return wanted.stream().filter(rule -> there.contains(rule.id())).toList();
    }

    private void write(List<software.amazon.awssdk.services.s3.model.LifecycleRule> rules) {
        try {
            var unused = AwsClient.ask(
                    () -> client.putBucketLifecycleConfiguration(request -> request.bucket(address.bucket())
                            .lifecycleConfiguration(configuration -> configuration.rules(rules))));
        } catch (S3Breakage e) {
            throw errors.failure("", e);
        }
    }

    private Failure denied(S3Refusal refused, String action) {
        Failure failure = errors.failure("", refused);
        return refused.status() == 403 || refused.status() == 401
                ? new Failure(
                        ExitCode.STORE,
                        String.valueOf(failure.getMessage()),
                        Hint.of("use the keys of whoever owns the bucket for this one command; it takes ")
                                .name(action)
                                .and(", which a backup host should not have"),
                        refused)
                : failure;
    }

    private static boolean isOwnAbort(software.amazon.awssdk.services.s3.model.LifecycleRule rule, Set<String> ids) {
        return ids.contains(rule.id()) && rule.abortIncompleteMultipartUpload() != null;
    }

    private static software.amazon.awssdk.services.s3.model.LifecycleRule written(LifecycleRule rule) {
        var builder = software.amazon.awssdk.services.s3.model.LifecycleRule.builder()
                .id(rule.id())
                .status(ExpirationStatus.ENABLED)
                .filter(LifecycleRuleFilter.builder().prefix(rule.prefix()).build());
        switch (rule.what()) {
            case EXPIRE -> builder.expiration(expiration -> expiration.days(rule.days()));
            case FORGET_VERSIONS ->
                builder.noncurrentVersionExpiration(expiration -> expiration.noncurrentDays(rule.days()))
                        .expiration(expiration -> expiration.expiredObjectDeleteMarker(true));
            case ABORT_UPLOADS ->
                builder.abortIncompleteMultipartUpload(abort -> abort.daysAfterInitiation(rule.days()));
        }
        return builder.build();
    }

    private static Present present(software.amazon.awssdk.services.s3.model.LifecycleRule rule) {
        List<String> does = new ArrayList<>();
        LifecycleExpiration expiration = rule.expiration();
        if (expiration != null && expiration.days() != null) {
            does.add("remove objects after " + expiration.days() + " days");
        }
        if (expiration != null && expiration.date() != null) {
            does.add("remove objects at " + expiration.date());
        }
        if (expiration != null
                && Boolean.TRUE.equals(expiration.expiredObjectDeleteMarker())
                && rule.noncurrentVersionExpiration() == null) {
            does.add("remove markers with nothing behind them");
        }
        if (rule.noncurrentVersionExpiration() != null) {
            does.add("remove replaced and deleted versions after "
                    + rule.noncurrentVersionExpiration().noncurrentDays() + " days");
        }
        if (rule.abortIncompleteMultipartUpload() != null) {
            does.add("remove unfinished uploads after "
                    + rule.abortIncompleteMultipartUpload().daysAfterInitiation() + " days");
        }
        if (rule.hasTransitions() || rule.hasNoncurrentVersionTransitions()) {
            does.add("move to another storage class");
        }
        String where = where(rule);
        return new Present(
                String.valueOf(rule.id()),
                rule.status() == ExpirationStatus.ENABLED,
                (does.isEmpty() ? "does nothing that bmm knows" : String.join(", ", does))
                        + (where.isEmpty() ? "" : " below " + where));
    }

    @SuppressWarnings("deprecation") // Rules from before filters have their prefix there.
    private static String where(software.amazon.awssdk.services.s3.model.LifecycleRule rule) {
        if (rule.filter() == null) {
            return rule.prefix() == null ? "" : rule.prefix();
        }
        if (rule.filter().and() != null) {
            String prefix = rule.filter().and().prefix();
            return (prefix == null ? "" : prefix) + " (with further conditions)";
        }
        return rule.filter().prefix() == null ? "" : rule.filter().prefix();
    }

    @Override
    public void close() {
        client.close();
    }
}
