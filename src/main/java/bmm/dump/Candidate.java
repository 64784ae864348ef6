package bmm.dump;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.catalog.BackupName;
import bmm.catalog.Catalog;
import bmm.catalog.Catalog.StoredBackup;
import bmm.catalog.Manifest;
import bmm.store.ObjectInfo;
import bmm.stream.Identities;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** A backup at a place. */
record Candidate(Place place, Catalog catalog, StoredBackup backup) {
    BackupName name() {
        return backup.name();
    }

    Instant when() {
        return name().when();
    }

    /**
     * Reads its manifest and looks for its dump.
     *
     * @param ofIt all of the same database, of which a hint may name another one
     * @param identities what opens it, if it is encrypted
     * @throws Refused if it is not believed
     * @throws Failure {@link ExitCode#VERIFICATION} if one of both is damaged or missing, {@link ExitCode#CONFIGURATION} if
     *     the identities do not open it
     */
    Found found(List<Candidate> ofIt, Identities identities, Trust trust) {
        Believed believed = believed(ofIt, trust);
        Manifest manifest = manifest(ofIt, identities, believed);
        ObjectInfo dump = BackupName.parse(manifest.dump().file())
                .filter(file -> file.backup().equals(name()))
                .map(file -> backup.files().get(file.ending()))
                .orElseThrow(() -> new Failure(
                        ExitCode.VERIFICATION,
                        name() + ": the manifest is there, the dump "
                                + manifest.dump().file() + " is not (" + place.inWords() + ")",
                        another(ofIt)));
        Manifest.StoredFile globals = manifest.globals();
        return new Found(
                name().database(),
                name(),
                place.around(dump.key()),
                place.origin(dump.key(), dump.size()),
                globals == null ? null : place.origin(backup.keyOf(globals.file()), globals.bytes()),
                manifest,
                identities,
                believed.signature(),
                believed.isSigned(),
                null,
                List.of());
    }

    private Believed believed(List<Candidate> ofIt, Trust trust) {
        try {
            return Believed.read(catalog, backup, trust, place.directory() == null);
        } catch (Refused e) {
            throw e;
        } catch (Failure e) {
            throw hinted(ofIt, e);
        }
    }

    private Manifest manifest(List<Candidate> ofIt, Identities identities, Believed believed) {
        try {
            return SealedManifests.open(
                    believed.content(),
                    identities,
                    believed.content().dumpFile().file());
        } catch (Failure e) {
            throw hinted(ofIt, e);
        }
    }

    private Failure hinted(List<Candidate> ofIt, Failure e) {
        return e.exitCode() == ExitCode.VERIFICATION
                ? new Failure(
                        e.exitCode(),
                        String.valueOf(e.getMessage()),
                        another(ofIt).and("; --dump FILE restores this dump without its manifest"),
                        e)
                : e;
    }

    /** How to get at the next best one. */
    private Hint another(List<Candidate> ofIt) {
        return ofIt.stream()
                .filter(other -> other.backup().isComplete())
                .filter(other -> other.when().isBefore(when())
                        || (other.name().equals(name()) && !other.place().equals(place)))
                .max(Comparator.comparing(Candidate::when))
                .map(other -> other.name().equals(name())
                        ? Hint.of("--from takes the copy ").and(other.place().inHint())
                        : Hint.of("the one before it: --at ").name(other.when().toString()))
                .orElse(Hint.of("look for another copy of this backup: --from STORE"));
    }
}
