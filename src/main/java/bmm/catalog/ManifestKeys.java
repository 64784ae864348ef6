package bmm.catalog;

import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.OwnFile;
import bmm.base.Secret;
import bmm.base.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The keys of a run: what its manifests are signed with ({@code BMM_SIGN_KEY}, else {@code sign-key.pem} in the state
 * directory), and whose manifests it believes ({@code BMM_VERIFY_KEY}, and its own).
 */
public final class ManifestKeys {
    /** The private key in the state directory, PKCS#8 PEM, mode 0600. */
    public static final String FILE = "sign-key.pem";

    private static final long LONGEST_KEY_FILE = 1 << 16;
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\\s]*-----END PUBLIC KEY-----");

    private final Settings settings;
    private final Path file;

    private ManifestKeys(Settings settings, Path file) {
        this.settings = settings;
        this.file = file;
    }

    public static ManifestKeys of(Settings settings, Instance instance) {
        return new ManifestKeys(settings, instance.stateDirectory().resolve(FILE));
    }

    /**
     * The key of this host, if there is one already.
     *
     * @throws Failure {@link ExitCode#CONFIGURATION} if what is there is none, or cannot be read
     */
    public Optional<SigningKey> signing() {
        Optional<Secret> given = settings.find(Keys.SIGN_KEY);
        return given.isPresent()
                ? Optional.of(SigningKey.of(Ed25519.privateKey(given.get().reveal(), Keys.SIGN_KEY.key())))
                : stored();
    }

    /**
     * The key of this host; made and kept where there is none.
     *
     * @throws Failure {@link ExitCode#CONFIGURATION} if it cannot be written, or what is there is none
     */
    public SigningKey signingOrNew() {
        return signing().orElseGet(this::create);
    }

    private Optional<SigningKey> stored() {
        try {
            String pem = new String(OwnFile.read(file), StandardCharsets.US_ASCII);
            return Optional.of(SigningKey.of(Ed25519.privateKey(pem, file.toString())));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "the signing key cannot be read: " + Failure.reason(e),
                    "run as the user who makes the backups, or set BMM_SIGN_KEY_FILE",
                    e);
        }
    }

    /** A link never replaces what another run wrote meanwhile, and whoever sees the file sees all of it. */
    private SigningKey create() {
        SigningKey key = SigningKey.of(Ed25519.newPrivateKey());
        Path partial = file.resolveSibling(FILE + "." + UUID.randomUUID() + DurableFile.PARTIAL);
        try {
            DurableFile.createDirectories(DurableFile.directoryOf(file));
            DurableFile.write(partial, Ed25519.pem(key.key()).getBytes(StandardCharsets.US_ASCII));
            try {
                Files.createLink(file, partial);
            } catch (FileAlreadyExistsException e) {
                return stored().orElseThrow(() -> new IOException(file + " comes and goes", e));
            } finally {
                Files.deleteIfExists(partial);
            }
            DurableFile.syncDirectory(DurableFile.directoryOf(file));
            return key;
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "the signing key cannot be written: " + Failure.reason(e),
                    "check the owner of the state directory (BMM_STATE_DIR), or set BMM_SIGN_KEY_FILE",
                    e);
        }
    }

    /**
     * Whose manifests are believed; empty where nobody has said so and this host has made no backup.
     *
     * @throws Failure {@link ExitCode#CONFIGURATION} if one of them is no key
     */
    public List<VerifyKey> trusted() {
        Map<String, VerifyKey> byId = new LinkedHashMap<>();
        List<VerifyKey> given = given();
        given.forEach(key -> byId.put(key.id(), key));
        try {
            signing().map(SigningKey::verifyKey).ifPresent(key -> byId.put(key.id(), key));
        } catch (Failure e) {
            // The key of another user of this host; with one that was given there is no need for it.
            if (given.isEmpty() || settings.isGiven(Keys.SIGN_KEY)) {
                throw e;
            }
        }
        return List.copyOf(byId.values());
    }

    private List<VerifyKey> given() {
        List<VerifyKey> keys = new ArrayList<>();
        for (String word : settings.find(Keys.VERIFY_KEY).orElse(List.of())) {
            if (word.startsWith(VerifyKey.PREFIX)) {
                keys.add(parsed(word, Keys.VERIFY_KEY.key()));
            } else {
                keys.addAll(inFile(Path.of(word)));
            }
        }
        return keys;
    }

    private static VerifyKey parsed(String word, String where) {
        try {
            return VerifyKey.parse(word);
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    where + ": " + e.getMessage(),
                    "bmm verify --show-key prints the right one on the host that makes the backups",
                    e);
        }
    }

    private static List<VerifyKey> inFile(Path path) {
        String text;
        try {
            if (Files.size(path) > LONGEST_KEY_FILE) {
                throw new IOException(path + ": too large for a file of keys");
            }
            text = Files.readString(path);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "BMM_VERIFY_KEY: " + Failure.reason(e),
                    "name public keys (ed25519:…), or a file of them in that form or in PEM",
                    e);
        }
        List<VerifyKey> keys = new ArrayList<>();
        Matcher pem = PEM.matcher(text);
        while (pem.find()) {
            keys.add(new VerifyKey(Ed25519.publicKey(pem.group(), path.toString())));
        }
        for (String line : pem.replaceAll("").lines().map(String::strip).toList()) {
            if (!line.isEmpty() && !line.startsWith("#")) {
                keys.add(parsed(line, path.toString()));
            }
        }
        if (keys.isEmpty()) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "BMM_VERIFY_KEY: no key in " + path,
                    "bmm verify --show-key prints one on the host that makes the backups");
        }
        return keys;
    }
}
