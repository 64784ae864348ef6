package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreProfilesTest {
    private static final Instant WHEN = Instant.parse("2026-11-21T03:15:00Z");

    @TempDir
    Path state;

    private static StoreProfile profile(String store, Verdict createOnly) {
        return new StoreProfile(
                store, WHEN, Map.of(Capability.CREATE_ONLY, createOnly, Capability.VERSIONS, Verdict.YES));
    }

    @Test
    void isReadAsItWasWritten() {
        StoreProfiles profiles = new StoreProfiles(state);
        profiles.save(profile("s3://b/p", Verdict.ENFORCED));
        profiles.save(profile("s3://b/p", Verdict.IGNORED));
        assertThat(new StoreProfiles(state).of("s3://b/p")).contains(profile("s3://b/p", Verdict.IGNORED));
        assertThat(profiles.of("s3://b/p").orElseThrow().ignoresCreateOnly()).isTrue();
    }

    @Test
    void holdsForWhatLiesBelowAndTheNearestWins() {
        StoreProfiles profiles = new StoreProfiles(state);
        profiles.save(profile("s3://b", Verdict.ENFORCED));
        profiles.save(profile("s3://b/p", Verdict.REJECTED));
        assertThat(profiles.of("s3://b/p/q").orElseThrow().of(Capability.CREATE_ONLY))
                .isEqualTo(Verdict.REJECTED);
        assertThat(profiles.of("s3://b/other").orElseThrow().of(Capability.CREATE_ONLY))
                .isEqualTo(Verdict.ENFORCED);
        assertThat(profiles.of("s3://bb")).isEmpty();
        assertThat(new StoreProfiles(state.resolve("none")).of("s3://b")).isEmpty();
    }

    @Test
    void aDamagedProfileIsNone() throws IOException {
        StoreProfiles profiles = new StoreProfiles(state);
        for (String damage :
                new String[] {"", "{", "[]", "{}", "{\"capabilities\":{\"versions\":\"perhaps\"}}", "null"}) {
            Files.writeString(profiles.save(profile("s3://b", Verdict.ENFORCED)), damage);
            assertThat(profiles.of("s3://b")).as(damage).isEmpty();
        }
    }

    @Test
    void aStateDirectoryThatCannotBeWrittenIsTold() throws IOException {
        Path file = Files.createFile(state.resolve("file"));
        assertThat(catchThrowable(() -> new StoreProfiles(file).save(profile("s3://b", Verdict.ENFORCED))))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.CONFIGURATION));
    }
}
