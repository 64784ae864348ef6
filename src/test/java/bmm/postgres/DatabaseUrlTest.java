package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bmm.base.Failure;
import bmm.base.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DatabaseUrlTest {
    @ParameterizedTest
    @CsvSource({
        "postgres://u:p@h:5433/d, u, p, h, 5433, d",
        "postgresql://u@h/d, u, , h, , d",
        "postgresql+psycopg2://u:p@h/d, u, p, h, , d",
        "postgres://h/d, , , h, , d",
        "postgres:///d, , , , , d",
        "postgres://u:p%40%2F%25@h/d, u, p@/%, h, , d",
        "postgres://u:p@ss/w#rd@h/d, u, p@ss/w#rd, h, , d",
        "postgres://u:100%@h/d, u, 100%, h, , d",
        "postgres://u:a+b@h/my%20db, u, a+b, h, , my db",
        "postgres://u:p@[::1]:5432/d, u, p, ::1, 5432, d",
        "postgres://u:p@%2Fvar%2Frun/d, u, p, /var/run, , d",
        "postgres://u:p@h, u, p, h, , "
    })
    void itsParts(String url, String user, String password, String host, Integer port, String database) {
        DatabaseUrl parsed = DatabaseUrl.parse(new Secret(url));

        assertThat(parsed.user()).isEqualTo(user);
        Secret secret = parsed.password();
        assertThat(secret == null ? null : secret.reveal()).isEqualTo(password);
        assertThat(parsed.host()).isEqualTo(host);
        assertThat(parsed.port()).isEqualTo(port);
        assertThat(parsed.database()).isEqualTo(database);
    }

    @Test
    void itsParameters() {
        assertThat(DatabaseUrl.parse(new Secret("postgres://h/d?sslmode=require&schema=public"))
                        .parameters())
                .containsEntry("sslmode", "require");
        assertThat(DatabaseUrl.parse(new Secret("postgres:///d?host=/tmp")).host())
                .isEqualTo("/tmp");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "mysql://u:s3cret@h/d", "u:s3cret@h/d", "postgres:u:s3cret"})
    void whatIsNoneIsNotRepeated(String url) {
        assertThatThrownBy(() -> DatabaseUrl.parse(new Secret(url)))
                .isInstanceOf(Failure.class)
                .hasMessageNotContaining("s3cret");
    }
}
