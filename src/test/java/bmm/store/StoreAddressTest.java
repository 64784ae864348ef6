package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreAddressTest {
    private static final Settings SETTINGS = Settings.load(
            Map.of(),
            Map.of(
                    "BMM_STORE_NAS", "file:///mnt/nas",
                    "BMM_STORE_off", "s3://backups/here?endpoint=https://s3.example:9000",
                    "BMM_STORE_OFF_ACCESS_KEY", "access",
                    "BMM_STORE_OFF_SECRET_KEY", "hush",
                    "BMM_STORE_HALF", "s3://backups?endpoint=https://s3.example",
                    "BMM_STORE_HALF_ACCESS_KEY", "access",
                    "BMM_STORE_BAD", "s3:backups?secret=hush"),
            List.of());

    @Test
    void foldersAreTakenLiterally() {
        assertThat(StoreAddress.parse("file:///mnt/my%20disk/a b"))
                .isEqualTo(new FolderAddress(Path.of("/mnt/my%20disk/a b"), ""));
        assertThat(StoreAddress.parse("file:/mnt/nas/")).hasToString("file:/mnt/nas");
    }

    @Test
    void bucketsHaveParameters() {
        assertThat(StoreAddress.parse(
                        "s3://backups/a/b/?endpoint=http%3A%2F%2Fminio:9000/&region=eu-central-1&path-style=no"))
                .isEqualTo(new BucketAddress(
                        "backups",
                        "a/b/",
                        Optional.of(URI.create("http://minio:9000")),
                        Optional.of("eu-central-1"),
                        false));
        assertThat(StoreAddress.parse("s3://backups"))
                .isEqualTo(new BucketAddress("backups", "", Optional.empty(), Optional.empty(), false));
    }

    @Test
    void anotherServerHasDefaultsOfItsOwn() {
        assertThat(StoreAddress.parse("s3://backups?endpoint=https://s3.example"))
                .isEqualTo(new BucketAddress(
                        "backups", "", Optional.of(URI.create("https://s3.example")), Optional.of("us-east-1"), true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mnt",
                "./here",
                "file:",
                "file:mnt",
                "file://host/path",
                "file:///nul\u0000",
                "s3:",
                "s3:bucket",
                "s3://",
                "s3:///prefix",
                "s3://b@cket",
                "s3://AKIA:hush@bucket/prefix",
                "s3://bucket?secret=hush",
                "s3://bucket?hush",
                "s3://bucket?endpoint=hush",
                "s3://bucket?endpoint=http://user:hush@host",
                "s3://bucket?endpoint=http://host/hush",
                "s3://bucket?endpoint=ftp://host",
                "s3://bucket?endpoint=%zz",
                "s3://bucket?path-style=hush",
                "s3://bucket?region=hush hush",
                "minio:",
                "minio://host:9000",
                "minio:///bucket",
                "minio://AKIA:hush@host/bucket",
                "minio://host:9000/b@cket",
                "minio://host:9000/bucket?secret=hush",
                "minio://host:9000/bucket?tls=perhaps",
                "rsync:host",
                "rsync:host:relative",
                "rsync:-oProxyCommand=hush:/path",
                "rsync:user@-host:/path",
                "rsync:user;hush@host:/path",
                "rsync:host:/line\nend",
                "rclone:",
                "rclone:remote",
                "rclone::s3,secret_access_key=hush:bucket",
                "rclone:r2,secret_access_key=hush:bucket",
                "rclone:r2:a]b",
                "s4://bucket/prefix",
                "unknown/prefix"
            })
    void whatIsWrongIsSaidOnOneLineWithoutSecrets(String text) {
        Throwable thrown = catchThrowable(() -> Stores.open(text, SETTINGS));
        assertThat(thrown).isInstanceOf(Failure.class).hasMessageNotContaining("hush");
        assertThat(thrown.getMessage()).doesNotContain("\n", "\u0000");
        assertThat(((Failure) thrown).exitCode()).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(((Failure) thrown).hint()).asString().isNotBlank().doesNotContain("hush");
    }

    @Test
    void minioServersHaveAPort() {
        assertThat(StoreAddress.parse("minio://host:9100/backups/a/b/?tls=true"))
                .isEqualTo(new MinioAddress(URI.create("https://host:9100"), "backups", "a/b/"))
                .hasToString("minio://host:9100/backups/a/b");
        assertThat(StoreAddress.parse("minio://host/backups"))
                .isEqualTo(new MinioAddress(URI.create("http://host:9000"), "backups", ""));
        assertThat(StoreAddress.parse("minio://[::1]:9000/backups").prefix()).isEmpty();
    }

    @Test
    void rsyncHasHostAndPath() {
        assertThat(StoreAddress.parse("rsync:backup@nas.example:/srv/my backups/"))
                .isEqualTo(new RsyncAddress("backup@nas.example", "/srv/my backups", ""))
                .hasToString("rsync:backup@nas.example:/srv/my backups");
        assertThat(StoreAddress.parse("rsync:[fe80::1]:/srv")).isEqualTo(new RsyncAddress("[fe80::1]", "/srv", ""));
        assertThat(StoreAddress.parse("rsync:nas:/srv").below("host/app")).hasToString("rsync:nas:/srv/host/app");
    }

    @Test
    void whatIsNoKindIsARemoteOfRclone() {
        assertThat(StoreAddress.parse("r2:bucket/path"))
                .isEqualTo(new RcloneAddress("r2", "bucket/path", ""))
                .hasToString("rclone:r2:bucket/path");
        assertThat(StoreAddress.parse("rclone:r2:bucket/path/")).isEqualTo(StoreAddress.parse("r2:bucket/path"));
        assertThat(StoreAddress.parse("rclone:nas:/srv").below("host")).hasToString("rclone:nas:/srv/host");
        assertThat(StoreAddress.parse("rclone:drive:").below("host")).hasToString("rclone:drive:host");
    }

    @Test
    void namesAreCaseInsensitive() {
        assertThat(name("nas")).isEqualTo("file:/mnt/nas");
        assertThat(name("NAS/host/app")).isEqualTo("file:/mnt/nas/host/app");
        assertThat(name("Off/host")).isEqualTo("s3://backups/here/host");
        assertThat(name("s3://backups/x?endpoint=http://127.0.0.1:1")).isEqualTo("s3://backups/x");
        assertThat(Stores.resolve("off/a/", SETTINGS).prefix()).isEqualTo("here/a/");
        assertThat(Stores.resolve("/mnt/the nas/x", SETTINGS)).hasToString("file:/mnt/the nas/x");
    }

    @Test
    void anUnknownNameLeadsToTheKnownOnes() {
        Throwable thrown = catchThrowable(() -> Stores.open("nos/prefix", SETTINGS));
        assertThat(thrown).hasMessage("no store is called NOS");
        assertThat(((Failure) thrown).hint())
                .asString()
                .isEqualTo("did you mean NAS? configured are: BAD, HALF, NAS, OFF");
        assertThatThrownBy(() -> Stores.open("off_access_key", SETTINGS)).hasMessageContaining("no store is called");
    }

    @Test
    void whatIsWrongWithANamedStoreSaysWhere() {
        assertThatThrownBy(() -> Stores.open("bad", SETTINGS)).hasMessageStartingWith("BMM_STORE_BAD: ");
        assertThatThrownBy(() -> Stores.open("half", SETTINGS))
                .hasMessage("BMM_STORE_HALF_ACCESS_KEY is set but BMM_STORE_HALF_SECRET_KEY is not");
    }

    private static String name(String address) {
        try (ObjectStore store = Stores.open(address, SETTINGS)) {
            return store.name();
        }
    }
}
