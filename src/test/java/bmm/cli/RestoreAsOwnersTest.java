package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whose code a restore runs: said before it starts, and the owner's where that is asked for. */
@Timeout(120)
final class RestoreAsOwnersTest {
    @TempDir
    Path directory;

    private Scene scene;

    @BeforeEach
    void aTableThatNotesWhoFillsIt() {
        scene = new Scene(directory);
        scene.server.createDatabase("owned");
        scene.server.sql("postgres", "DROP ROLE IF EXISTS table_owner", "CREATE ROLE table_owner LOGIN");
        scene.server.sql(
                "owned",
                "CREATE SCHEMA s AUTHORIZATION table_owner",
                "SET ROLE table_owner",
                "CREATE TABLE s.seen (who text)",
                "CREATE FUNCTION s.note(int) RETURNS bool LANGUAGE plpgsql AS 'BEGIN INSERT INTO s.seen VALUES"
                        + " (session_user); RETURN true; END'",
                "CREATE TABLE s.t (a int CHECK (s.note(a)))",
                "INSERT INTO s.t VALUES (1)",
                "TRUNCATE s.seen");
        scene.backup("owned").isDone();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        scene.server.dropDatabase("owned");
        scene.server.dropDatabase("owned2");
        scene.server.sql("postgres", "DROP ROLE table_owner");
    }

    private Scene.Outcome restore(String... more) {
        return scene.run(java.util.stream.Stream.concat(
                        java.util.stream.Stream.of("restore", "--yes", "--into", "owned2", "--no-check"),
                        java.util.stream.Stream.of(more))
                .toArray(String[]::new));
    }

    private String whoFilled() {
        return scene.server.query("owned2", "SELECT DISTINCT who FROM s.seen");
    }

    @Test
    void thePlanSaysWithWhichRights() {
        assertThat(restore().isDone().out())
                .contains("the tables of 1 owner bring code of their owners")
                .contains("it runs as postgres, a superuser; --as-owners");
        assertThat(whoFilled()).isEqualTo("postgres");
    }

    @Test
    void ownersFillTheirTables() {
        assertThat(restore("--as-owners").isDone().out())
                .contains("the tables of 1 owner are filled in sessions of their owners");
        assertThat(whoFilled()).isEqualTo("table_owner");
        assertThat(scene.server.query("owned2", "SELECT count(*) FROM s.t")).isEqualTo("1");
    }

    @Test
    void nothingIsChangedWhereAnOwnerCannotLogIn() {
        scene.server.sql("postgres", "ALTER ROLE table_owner NOLOGIN");

        restore("--as-owners").failed(9, "1 owner of tables cannot log in", "pg_hba.conf");

        assertThat(scene.server.query("postgres", "SELECT count(*) FROM pg_database WHERE datname = 'owned2'"))
                .isEqualTo("0");
        restore("--as-owners", "--no-owner").failed(64, "--as-owners is for a whole database", "--no-owner");
    }
}
