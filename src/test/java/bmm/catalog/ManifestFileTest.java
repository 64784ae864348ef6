package bmm.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.catalog.SignatureCheck.Outcome;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every byte that is believed later is signed, and nothing else is parsed. */
final class ManifestFileTest {
    private static final SigningKey OURS = SigningKey.of(Ed25519.newPrivateKey());
    private static final SigningKey THEIRS = SigningKey.of(Ed25519.newPrivateKey());
    private static final List<VerifyKey> KNOWN = List.of(OURS.verifyKey());

    private static ManifestFile signed(SigningKey key) throws Exception {
        return ManifestFile.signed(GenuineManifest.of("app", "2026-11-21T03:15:00Z"), key);
    }

    private static Outcome outcome(byte[] bytes) {
        return ManifestFile.of(bytes, null).check(KNOWN).outcome();
    }

    @Test
    void itIsStillJsonForPeopleAndTools() throws Exception {
        String text = new String(signed(OURS).bytes(), StandardCharsets.UTF_8);

        JsonObject json = JsonParser.parseString(text).getAsJsonObject();
        assertThat(json.get("signedBy").getAsString())
                .isEqualTo(OURS.verifyKey().id());
        assertThat(json.has("signature")).isTrue();
        assertThat(text).contains("\n  \"database\": {\n").endsWith("\"\n}\n");
        assertThat(signed(OURS).content()).isEqualTo(GenuineManifest.of("app", "2026-11-21T03:15:00Z"));
    }

    @Test
    void oneOfAnotherKeyIsToldFromOneThatWasChanged() throws Exception {
        assertThat(signed(OURS).check(KNOWN))
                .isEqualTo(new SignatureCheck(Outcome.VALID, OURS.verifyKey().id()));
        assertThat(signed(THEIRS).check(KNOWN))
                .isEqualTo(
                        new SignatureCheck(Outcome.OTHER_KEY, THEIRS.verifyKey().id()));
        byte[] stripped = GenuineManifest.of("app", "2026-11-21T03:15:00Z").toJson();
        assertThat(outcome(stripped)).isEqualTo(Outcome.UNSIGNED);
        // The id of a known key under the signature of another one.
        String claimed = new String(signed(THEIRS).bytes(), StandardCharsets.UTF_8)
                .replace(THEIRS.verifyKey().id(), OURS.verifyKey().id());
        assertThat(outcome(claimed.getBytes(StandardCharsets.UTF_8))).isEqualTo(Outcome.WRONG);
    }

    @Test
    void noByteCanBeChangedAddedOrLeftOut() throws Exception {
        byte[] bytes = signed(OURS).bytes();
        for (int i = 0; i < bytes.length; i++) {
            byte[] changed = bytes.clone();
            changed[i] ^= 0x01;
            assertThat(outcome(changed)).as("byte %s changed", i).isNotEqualTo(Outcome.VALID);
            byte[] added = Arrays.copyOf(bytes, bytes.length + 1);
            System.arraycopy(bytes, i, added, i + 1, bytes.length - i);
            added[i] = ' ';
            assertThat(outcome(added)).as("blank before byte %s", i).isNotEqualTo(Outcome.VALID);
            byte[] cut = Arrays.copyOf(bytes, i);
            assertThat(outcome(cut)).as("cut at byte %s", i).isNotEqualTo(Outcome.VALID);
        }
    }

    @Test
    void whatAnyoneAddsBehindTheSignatureIsNotParsedAsSigned() throws Exception {
        String text = new String(signed(OURS).bytes(), StandardCharsets.UTF_8);
        String body = text.substring(0, text.length() - "\n}\n".length());
        String more = body + ",\n  \"restore\": \"rm -rf /\"\n}\n";

        assertThat(outcome(more.getBytes(StandardCharsets.UTF_8))).isEqualTo(Outcome.UNSIGNED);
        String twice =
                body + ",\n  \"signedBy\": \"0123456789abcdef\",\n  \"signature\": \"" + "A".repeat(86) + "==\"\n}\n";
        assertThat(outcome(twice.getBytes(StandardCharsets.UTF_8))).isEqualTo(Outcome.OTHER_KEY);
    }

    @Test
    void aSignatureBesideItIsOverAllOfIt() {
        byte[] old = GenuineManifest.of("app", "2026-11-21T03:15:00Z").toJson();
        byte[] beside = ManifestFile.of(old, null).signatureBy(OURS);

        assertThat(ManifestFile.of(old, beside).check(KNOWN).outcome()).isEqualTo(Outcome.VALID);
        assertThat(ManifestFile.of(old, beside)
                        .check(List.of(THEIRS.verifyKey()))
                        .outcome())
                .isEqualTo(Outcome.OTHER_KEY);
        byte[] changed = old.clone();
        changed[40] ^= 1;
        assertThat(ManifestFile.of(changed, beside).check(KNOWN).outcome()).isEqualTo(Outcome.WRONG);
        byte[] another = GenuineManifest.of("app", "2026-11-22T03:15:00Z").toJson();
        assertThat(ManifestFile.of(another, beside).check(KNOWN).outcome()).isEqualTo(Outcome.WRONG);
        assertThat(ManifestFile.of(old, "nonsense".getBytes(StandardCharsets.UTF_8))
                        .check(KNOWN)
                        .outcome())
                .isEqualTo(Outcome.UNSIGNED);
    }

    @Test
    void whatWasSignedAfterAKeyWasLostIsBelieved() throws Exception {
        byte[] theirs = signed(THEIRS).bytes();
        byte[] beside = ManifestFile.of(theirs, null).signatureBy(OURS);

        assertThat(ManifestFile.of(theirs, beside).check(KNOWN).outcome()).isEqualTo(Outcome.VALID);
        assertThat(ManifestFile.of(theirs, beside).content())
                .isEqualTo(GenuineManifest.of("app", "2026-11-21T03:15:00Z"));
    }

    /** Records of drills are signed with the same key. */
    @Test
    void noSignatureOverSomethingElseIsOneOverAManifest() throws Exception {
        byte[] old = GenuineManifest.of("app", "2026-11-21T03:15:00Z").toJson();
        String plain = Ed25519.sign(old, OURS.key());
        String beside = "{\n  \"format\": \"bmm-signature-1\",\n  \"signedBy\": \""
                + OURS.verifyKey().id() + "\",\n  \"signature\": \"" + plain + "\"\n}\n";

        assertThat(ManifestFile.of(old, beside.getBytes(StandardCharsets.US_ASCII))
                        .check(KNOWN)
                        .outcome())
                .isEqualTo(Outcome.WRONG);
    }

    @Test
    void aKeyIsReadAsItIsWritten() {
        VerifyKey key = OURS.verifyKey();

        assertThat(VerifyKey.parse(key.text()).id()).isEqualTo(key.id());
        assertThat(SigningKey.of(Ed25519.privateKey(Ed25519.pem(OURS.key()), "KEY"))
                        .verifyKey()
                        .text())
                .isEqualTo(key.text());
        assertThat(OURS.toString()).doesNotContain(Ed25519.pem(OURS.key()));
    }
}
