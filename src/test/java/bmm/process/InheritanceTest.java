package bmm.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each kind of child takes over, and what none does. */
class InheritanceTest {
    @ParameterizedTest
    @EnumSource(Inheritance.class)
    void whatChangesAProgramOrIsSomebodysSecretIsTakenOverByNoKind(Inheritance kind) {
        Map<String, String> own = new TreeMap<>();
        for (String name : """
                LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT BASH_ENV ENV SHELLOPTS BASHOPTS PS4 IFS CDPATH PERL5LIB PERL5OPT
                PYTHONPATH PYTHONSTARTUP RUBYOPT NODE_OPTIONS JAVA_TOOL_OPTIONS BMM_JAVA_OPTS GCONV_PATH LOCPATH NLSPATH
                HOSTALIASES RES_OPTIONS MALLOC_TRACE TMPDIR_X OPENSSL_CONF SSLKEYLOGFILE EDITOR PAGER PSQLRC PSQL_PAGER
                PGOPTIONS PGSERVICE PGSERVICEFILE PGSYSCONFDIR PGDATABASE PGHOST PGHOSTADDR PGPORT PGUSER PGPASSWORD
                PGAPPNAME PGCLIENTENCODING PGDATESTYLE PGTZ PGGEQO PGTARGETSESSIONATTRS PGLOADBALANCEHOSTS DATABASE_URL
                AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CA_BUNDLE TWILIO_AUTH_TOKEN BMM_SMTP_PASSWORD
                BMM_STORE_X_SECRET_KEY BMM_AGE_IDENTITY CREDENTIALS_DIRECTORY NOTIFY_SOCKET RSYNC_RSH RSYNC_PASSWORD
                SSH_ASKPASS SSH_AUTH_SOCK_X DOCKER_AUTH_CONFIG DOCKER_ANYTHING TAR_OPTIONS GZIP ZSTD_CLEVEL POSIXLY_CORRECT
                LC_ANYTHING RCLONE_DRY_RUN RCLONE_EXCLUDE RCLONE_EXCLUDE_FROM RCLONE_MAX_AGE RCLONE_FILTER RCLONE_PROGRESS
                RCLONE_INTERACTIVE RCLONE_RC_ADDR HTTP_PROXY_X KRB5_TRACE BASH_FUNC_ls%%
                """.strip().split("\\s+", -1)) {
            own.put(name, "marker");
        }
        assertThat(takenOver(kind, own)).isEmpty();
    }

    @Test
    void everyChildHasTheBase() {
        Map<String, String> own = Map.of(
                "PATH", "/usr/bin", "HOME", "/root", "LANG", "de_DE.UTF-8", "LC_ALL", "C.UTF-8", "TZ", "Europe/Berlin");
        assertThat(takenOver(Inheritance.EVERY, own)).isEqualTo(own);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/tmp/evil", "../../tmp/evil", "%n"})
    void aLocaleThatIsAPathIsLeftOut(String value) {
        assertThat(takenOver(Inheritance.EVERY, Map.of("LC_ALL", value, "LANG", value)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/shadow", ":/dev/random", "/usr/share/zoneinfo/../../../etc/shadow", "../x"})
    void aTimeZoneThatIsAnyFileIsLeftOut(String value) {
        assertThat(takenOver(Inheritance.EVERY, Map.of("TZ", value))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UTC",
                "Europe/Berlin",
                ":Europe/Berlin",
                "CET-1CEST,M3.5.0,M10.5.0/3",
                ":/etc/localtime",
                "/usr/share/zoneinfo/Asia/Tokyo"
            })
    void usualTimeZonesAreTakenOver(String value) {
        assertThat(takenOver(Inheritance.EVERY, Map.of("TZ", value))).containsKey("TZ");
    }

    @Test
    void rcloneKeepsItsRemotesAndTheProxies() {
        Map<String, String> own = Map.of(
                "RCLONE_CONFIG", "/c", "RCLONE_CONFIG_R2_TYPE", "s3", "RCLONE_CONFIG_PASS", "x", "https_proxy", "p");
        assertThat(takenOver(Inheritance.RCLONE, own)).isEqualTo(own);
    }

    @Test
    void pgToolsKeepTlsAndKerberos() {
        Map<String, String> own = Map.of("PGSSLCERT", "/c", "PGSSLKEY", "/k", "PGKRBSRVNAME", "x", "KRB5CCNAME", "y");
        assertThat(takenOver(Inheritance.POSTGRES, own)).isEqualTo(own);
    }

    private static Map<String, String> takenOver(Inheritance kind, Map<String, String> own) {
        Map<String, String> child = new TreeMap<>();
        kind.copy(own, child);
        return child;
    }
}
