package bmm.restore;

import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.Secret;
import bmm.base.Settings;
import bmm.catalog.BackupName;
import bmm.catalog.DrillRecord;
import bmm.catalog.DrillRecords;
import bmm.catalog.Ed25519;
import bmm.catalog.Manifest;
import bmm.catalog.ManifestKeys;
import bmm.catalog.SigningKey;
import bmm.dump.AgeKeys;
import bmm.dump.Found;
import bmm.dump.Origin;
import bmm.store.Body;
import bmm.stream.Encryption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What remains of a drill: its record beside the state and, if wanted, beside the backup; and whether one is genuine. */
public final class DrillEvidence {
    private final Settings settings;
    private final Instance instance;
    private final String tool;
    private final ManifestKeys keys;
    private final @Nullable PrivateKey key;

    /**
     * @param tool bmm and its version
     * @throws Failure {@link ExitCode#CONFIGURATION} if the key is none
     */
    public DrillEvidence(Settings settings, Instance instance, String tool) {
        this.settings = settings;
        this.instance = instance;
        this.tool = tool;
        this.keys = ManifestKeys.of(settings, instance);
        this.key = settings.find(Keys.DRILL_SIGN_KEY)
                .map(Secret::reveal)
                .map(pem -> Ed25519.privateKey(pem, Keys.DRILL_SIGN_KEY.key()))
                .orElseGet(() -> keys.signing().map(SigningKey::key).orElse(null));
    }

    /**
     * Writes the record beside the state and returns its file.
     *
     * @throws Failure {@link ExitCode#DRILL} if it cannot be written
     */
    public Path write(DrillResult result, Instant finishedAt) {
        String subject = result.subject().isEmpty() ? "dump" : result.subject();
        try {
            return new DrillRecords(instance.stateDirectory())
                    .write(new BackupName(subject, result.startedAt()), json(result, finishedAt));
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.DRILL,
                    "the record of the drill cannot be written: " + Failure.reason(e),
                    "check BMM_STATE_DIR",
                    e);
        }
    }

    private byte[] json(DrillResult result, Instant finishedAt) {
        return record(result, finishedAt).toJson(key);
    }

    private DrillRecord record(DrillResult result, Instant finishedAt) {
        Found found = result.found();
        Manifest manifest = found == null ? null : found.manifest();
        BackupName name = found == null || manifest == null ? null : found.name();
        Map<String, Double> seconds = new LinkedHashMap<>();
        result.took().forEach((phase, took) -> seconds.put(phase, took.toMillis() / 1000.0));
        seconds.put("rto", result.rto().toMillis() / 1000.0);
        seconds.put("total", result.total().toMillis() / 1000.0);
        Failure problem = result.problem();
        return new DrillRecord(
                DrillRecord.FORMAT,
                tool,
                instance.name(),
                text(result.startedAt()),
                text(finishedAt),
                result.isProven(),
                result.exitCode().code(),
                found == null ? result.subject() : found.database(),
                name == null ? null : name.toString(),
                found == null ? "" : found.file(),
                found == null ? "" : found.place(),
                found == null ? 0 : found.dump().bytes(),
                manifest == null ? null : manifest.dump().sha256(),
                manifest == null ? null : manifest.database().serverVersion(),
                result.target(),
                result.targetVersion(),
                seconds,
                result.tables(),
                result.rows(),
                result.bytes(),
                result.proofs().stream()
                        .map(proof -> new DrillRecord.Line(
                                proof.name(), Keys.lower(proof.outcome()), proof.detail(), proof.differences()))
                        .toList(),
                problem == null ? null : String.valueOf(problem.getMessage()));
    }

    private static String text(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    /**
     * Puts the record beside the backup, if that is wanted and it is one; never over another.
     *
     * @return where, or empty if nothing is to be published
     * @throws Failure {@link ExitCode#STORE} if the store refuses
     */
    public Optional<String> publish(DrillResult result, Instant finishedAt) {
        Found found = result.found();
        BackupName name = found == null ? null : found.name();
        if (!settings.get(Keys.DRILL_PUBLISH) || found == null || name == null || found.manifest() == null) {
            return Optional.empty();
        }
        boolean encrypted = BackupName.isEncrypted(found.file());
        byte[] json = encrypted ? encrypted(json(result, finishedAt)) : json(result, finishedAt);
        String file = name.drillFile(result.startedAt()) + (encrypted ? BackupName.AGE : "");
        return Optional.of(
                switch (found.dump()) {
                    case Origin.AtStore remote -> {
                        String key = remote.key().substring(0, remote.key().lastIndexOf('/') + 1) + file;
                        remote.store().put(key, Body.of(json));
                        yield remote.store().name() + "/" + key;
                    }
                    case Origin.OnDisk local -> {
                        Path target = local.path().resolveSibling(file);
                        try {
                            if (Files.exists(target)) {
                                throw new IOException(target + " is there already");
                            }
                            DurableFile.write(target, json);
                        } catch (IOException e) {
                            throw new Failure(
                                    ExitCode.STORE,
                                    "the record of the drill cannot be published: " + Failure.reason(e),
                                    "check the backup directory",
                                    e);
                        }
                        yield target.toString();
                    }
                });
    }

    /** A record tells names of tables and numbers of rows, which an encrypted place must not. */
    private byte[] encrypted(byte[] json) {
        Encryption encryption = AgeKeys.encryption(settings)
                .orElseThrow(() -> new Failure(
                        ExitCode.CONFIGURATION,
                        "the record of the drill is not published: the backup is encrypted, and nobody is named to encrypt to",
                        "set BMM_AGE_RECIPIENTS here too, or BMM_DRILL_PUBLISH=no"));
        try {
            return encryption.encrypted(json);
        } catch (IOException e) {
            throw new UncheckedIOException("in memory", e);
        }
    }

    /**
     * Checks that a record says what it said when it was signed.
     *
     * @throws Failure {@link ExitCode#VERIFICATION} if it is not signed, or not so; {@link ExitCode#CONFIGURATION} if there
     *     is no key to check with
     */
    public DrillRecord verify(Path file) {
        List<PublicKey> known = publicKeys();
        try {
            byte[] json = Files.readAllBytes(file);
            DrillRecord record = DrillRecord.parse(json);
            if (!DrillRecord.isSigned(json)) {
                throw new Failure(
                        ExitCode.VERIFICATION,
                        file + " is not signed",
                        "set BMM_DRILL_SIGN_KEY_FILE for the drills to come");
            }
            boolean signed = false;
            for (PublicKey one : known) {
                signed |= DrillRecord.isSignedBy(json, one);
            }
            if (!signed) {
                throw new Failure(
                        ExitCode.VERIFICATION,
                        file + ": the signature is not right: the record was changed, or signed with another key",
                        "look at another copy of it; BMM_DRILL_VERIFY_KEY names the public key");
            }
            return record;
        } catch (IOException e) {
            throw new Failure(ExitCode.VERIFICATION, file + ": " + Failure.reason(e), "name the record of a drill", e);
        }
    }

    /** Those that were given for records, else those that manifests are checked with. */
    private List<PublicKey> publicKeys() {
        Optional<Path> file = settings.find(Keys.DRILL_VERIFY_KEY);
        if (file.isPresent()) {
            try {
                return List.of(Ed25519.publicKey(
                        Files.readString(file.get()), file.get().toString()));
            } catch (IOException e) {
                throw new Failure(
                        ExitCode.CONFIGURATION,
                        "BMM_DRILL_VERIFY_KEY: " + Failure.reason(e),
                        "name a file with the public key",
                        e);
            }
        }
        List<PublicKey> known = new ArrayList<>();
        if (key != null) {
            known.add(Ed25519.publicKeyOf(key));
        }
        keys.trusted().forEach(trusted -> known.add(trusted.key()));
        if (known.isEmpty()) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "there is no key to check the signature with",
                    "set BMM_DRILL_VERIFY_KEY or BMM_VERIFY_KEY, or BMM_DRILL_SIGN_KEY_FILE");
        }
        return known;
    }
}
