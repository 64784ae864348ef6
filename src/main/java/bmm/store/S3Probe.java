package bmm.store;

import bmm.base.Amounts;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.store.S3Trials.Reply;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Finds out what a bucket really does, and what these credentials may do with it, by trying; with throwaway keys, and
 * objects of a few bytes. What a store merely says of itself is asked only where trying cannot tell.
 */
final class S3Probe {
    /** From here on S3 refuses requests (RequestTimeTooSkewed). */
    private static final Duration MOST_SKEW = Duration.ofMinutes(15);

    /** For what is not expected to work. */
    private static final S3Tuning ONCE = new S3Tuning(64L << 20, 1, Duration.ZERO, Duration.ofSeconds(20));

    private static final Duration NOTICEABLE_SKEW = Duration.ofMinutes(1);
    private static final String BMM_LOOKS = "bmm looks before and after it writes instead; what two writers do at one"
            + " moment is not decided, so let only one host write there";
    private static final String TEXT = "bmm doctor was here\n";

    private final BucketAccess access;
    private final S3Trials trials;
    private final S3Errors errors;
    private final Clock clock;
    private final String below;
    private final List<Observed> seen = new ArrayList<>();

    /** Whether the store takes If-None-Match; some policies allow nothing without it. */
    private boolean conditional = true;

    S3Probe(BucketAccess access, S3Client client, String below, Clock clock) {
        this.access = access;
        this.trials = new S3Trials(client, access.given(), S3Tuning.DEFAULT);
        this.errors = new S3Errors(access.given());
        this.below = access.address().prefix() + below;
        this.clock = clock;
    }

    /**
     * Tries everything and cleans up.
     *
     * @throws Failure if the store is not reached, has no such bucket, or these credentials cannot create anything
     */
    StoreProbe.Result run() {
        String whole = below + "whole";
        List<String> left;
        try {
            Instant now = bucketAndClock();
            address();
            createOnly(whole);
            createOnlyInParts(below + "parts");
            read(whole);
            checksums(below + "checksum");
            smallParts(below + "small-parts");
            abort(below + "aborted");
            boolean destroys = new S3RightsProbe(trials, seen).run(whole);
            new S3LockProbe(trials, conditional, seen).run(below + "locked", now, destroys);
        } finally {
            left = trials.cleanUp();
        }
        return new StoreProbe.Result(access.given().toString(), seen, left);
    }

    /** The present time, by the store's clock if it tells. */
    private Instant bucketAndClock() {
        Instant before = clock.instant();
        Reply reply = trials.headBucket();
        if (reply.status() == 404) {
            throw errors.noSuchBucket();
        }
        Instant here = before.plus(Duration.between(before, clock.instant()).dividedBy(2));
        Instant there = reply.date().flatMap(S3Probe::parse).orElse(null);
        if (there == null) {
            seen.add(Observed.ok(Capability.CLOCK, Verdict.UNKNOWN, "the store does not tell its time"));
            return here;
        }
        Duration skew = Duration.between(there, here).abs();
        String says = skew.compareTo(Duration.ofSeconds(2)) < 0
                ? "the same as here"
                : Amounts.duration(skew) + (here.isAfter(there) ? " behind" : " ahead of") + " this machine's";
        final String hint = "set both clocks by NTP (timedatectl status)";
        if (skew.compareTo(MOST_SKEW) >= 0) {
            seen.add(Observed.fail(Capability.CLOCK, Verdict.NO, says, hint));
        } else if (skew.compareTo(NOTICEABLE_SKEW) >= 0) {
            seen.add(Observed.warn(Capability.CLOCK, Verdict.NO, says, hint));
        } else {
            seen.add(Observed.ok(Capability.CLOCK, Verdict.YES, says));
        }
        return there;
    }

    private static Optional<Instant> parse(String date) {
        try {
            return Optional.of(ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Which of the two ways to write a bucket into a URL work. */
    private void address() {
        boolean path = access.address().pathStyle();
        String used = path ? "host/bucket" : "bucket.host";
        String other = path ? "bucket.host" : "host/bucket";
        boolean numeric = access.address()
                .endpoint()
                .map(uri -> uri.getHost().matches("[0-9.]+|\\[.*]"))
                .orElse(false);
        boolean works = !numeric && worksInOtherStyle();
        seen.add(
                works
                        ? Observed.ok(Capability.ADDRESS, Verdict.YES, "path style and virtual host both work")
                        : Observed.ok(
                                Capability.ADDRESS, Verdict.NO, used + " works, " + other + " was not seen to work"));
    }

    private boolean worksInOtherStyle() {
        BucketAccess other = access.inOtherStyle();
        try (S3Client client = other.open(ONCE)) {
            return new S3Trials(client, other.given(), ONCE).headBucket().ok();
        } catch (Failure e) {
            // The usual case: there is no such name, or no certificate for it.
            return false;
        }
    }

    /** Twice on the same key: a store that only sometimes keeps to the condition does not keep to it. */
    private void createOnly(String key) {
        Reply first = trials.put(key, TEXT, request -> request.ifNoneMatch("*"));
        if (!first.ok()) {
            conditional = false;
            Reply plain = trials.put(key, TEXT, request -> {});
            if (!plain.ok()) {
                throw errors.failure(key, plain.refusal() == null ? new IllegalStateException() : plain.refusal());
            }
            seen.add(Observed.warn(
                    Capability.CREATE_ONLY,
                    Verdict.REJECTED,
                    "If-None-Match is refused (" + first.said() + ")",
                    BMM_LOOKS));
            return;
        }
        Reply again = trials.put(key, TEXT, request -> request.ifNoneMatch("*"));
        Reply third = again.ok() ? again : trials.put(key, TEXT, request -> request.ifNoneMatch("*"));
        seen.add(judged(Capability.CREATE_ONLY, third));
    }

    private void createOnlyInParts(String key) {
        Reply first = inParts(key);
        if (first.ok()) {
            seen.add(judged(Capability.CREATE_ONLY_PARTS, inParts(key)));
        } else {
            seen.add(Observed.warn(
                    Capability.CREATE_ONLY_PARTS,
                    Verdict.REJECTED,
                    "refused (" + first.said() + ")",
                    "dumps above 64 MiB go up in parts: " + BMM_LOOKS));
        }
    }

    private Reply inParts(String key) {
        Reply begun = trials.begin(key);
        if (!begun.ok()) {
            return begun;
        }
        Reply part = trials.part(key, begun.text(), 1, TEXT);
        Reply done = part.ok() ? trials.complete(key, begun.text(), List.of(part.text()), true) : part;
        if (!done.ok()) {
            trials.abort(key, begun.text());
        }
        return done;
    }

    /** What came of creating what is there already. */
    private static Observed judged(Capability capability, Reply again) {
        return switch (again.status()) {
            case 200 ->
                Observed.fail(
                        capability,
                        Verdict.IGNORED,
                        "silently ignored: a second object replaced the first",
                        BMM_LOOKS + "; better, use a store that keeps to If-None-Match");
            // 304 is old MinIO's, 409 what AWS says while another writer is at it.
            case 412, 409, 304 -> Observed.ok(capability, Verdict.ENFORCED, "enforced (" + again.said() + ")");
            default ->
                Observed.ok(capability, Verdict.ENFORCED, "what is there is not replaced (" + again.said() + ")");
        };
    }

    private void read(String key) {
        Reply content = trials.get(key);
        seen.add(
                content.ok() && content.text().equals(TEXT)
                        ? Observed.ok(Capability.READ, Verdict.YES, "read back as it was written")
                        : Observed.fail(
                                Capability.READ,
                                Verdict.NO,
                                content.ok() ? "reads back differently" : "refused (" + content.said() + ")",
                                "a backup is read back after it was sent: allow s3:GetObject"));
        Reply listing = trials.list(below);
        boolean found = listing.ok() && !listing.text().equals("0");
        seen.add(
                found
                        ? Observed.ok(Capability.LIST, Verdict.YES, "what was written is listed")
                        : Observed.fail(
                                Capability.LIST,
                                Verdict.NO,
                                listing.ok() ? "what was written is not listed" : "refused (" + listing.said() + ")",
                                "bmm sees what has arrived by listing: allow s3:ListBucket"));
    }

    private void checksums(String key) {
        Reply right = withChecksum(key, TEXT);
        if (!right.ok()) {
            seen.add(Observed.warn(
                    Capability.CHECKSUMS,
                    Verdict.REJECTED,
                    "SHA-256 is refused (" + right.said() + ")",
                    "bmm does without, and reads back what it sent"));
            return;
        }
        Reply wrong = withChecksum(key + "-wrong", "other");
        seen.add(
                wrong.ok()
                        ? Observed.warn(
                                Capability.CHECKSUMS,
                                Verdict.IGNORED,
                                "a wrong SHA-256 is accepted",
                                "bmm reads back what it sent, so damage is noticed all the same")
                        : Observed.ok(
                                Capability.CHECKSUMS,
                                Verdict.ENFORCED,
                                "SHA-256 is checked (" + wrong.said() + " for a wrong one)"));
    }

    private Reply withChecksum(String key, String ofText) {
        return trials.put(
                key,
                TEXT,
                request -> request.checksumSHA256(Checksum.sha256(ofText)).ifNoneMatch(conditional ? "*" : null));
    }

    /** The smallest part that is not the last, and the highest number of a part. */
    private void smallParts(String key) {
        Reply begun = trials.begin(key);
        if (!begun.ok()) {
            seen.add(Observed.fail(
                    Capability.PARTS,
                    Verdict.NO,
                    "uploads in parts are refused (" + begun.said() + ")",
                    Hint.of("allow s3:PutObject on ").name(below + "*").and("; dumps above 64 MiB go up in parts")));
            return;
        }
        String upload = begun.text();
        boolean high = trials.part(key, upload, 10_000, TEXT).ok();
        boolean higher = high && trials.part(key, upload, 10_001, TEXT).ok();
        Reply one = trials.part(key, upload, 1, TEXT);
        Reply two = trials.part(key, upload, 2, TEXT);
        Reply done = one.ok() && two.ok()
                ? trials.complete(key, upload, List.of(one.text(), two.text()), conditional)
                : one.ok() ? two : one;
        if (!done.ok()) {
            trials.abort(key, upload);
        }
        String says = (done.ok() ? "parts may be of any size" : "small parts are refused (" + done.said() + ")")
                + ", numbers go " + (higher ? "beyond 10000" : high ? "to 10000" : "not to 10000");
        seen.add(
                high
                        ? Observed.ok(Capability.PARTS, Verdict.YES, says)
                        : Observed.warn(
                                Capability.PARTS,
                                Verdict.NO,
                                says,
                                "objects above 64 MiB times the highest number cannot be stored"));
    }

    private void abort(String key) {
        Reply begun = trials.begin(key);
        if (!begun.ok()) {
            return;
        }
        Reply part = trials.part(key, begun.text(), 1, TEXT);
        Reply aborted = trials.abort(key, begun.text());
        final String hint = "what a killed run leaves costs space until a rule removes it: bmm doctor --lifecycle";
        if (!aborted.ok()) {
            seen.add(Observed.warn(
                    Capability.ABORT, Verdict.NO, "unfinished uploads stay (" + aborted.said() + ")", hint));
            return;
        }
        // Where they may not be listed, a further part tells: there must be nothing that it could belong to.
        Reply uploads = trials.uploads(key);
        boolean gone = part.ok()
                && (uploads.ok()
                        ? uploads.text().equals("0")
                        : !trials.part(key, begun.text(), 2, TEXT).ok());
        seen.add(
                gone
                        ? Observed.ok(Capability.ABORT, Verdict.YES, "leaves nothing")
                        : Observed.warn(Capability.ABORT, Verdict.IGNORED, "the upload is still there", hint));
    }
}
