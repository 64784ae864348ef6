package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Databases that bmm makes for itself: told from others, and from those of runs that are alive. */
final class OwnDatabaseTest {
    private final ScratchServer scratch = ScratchServer.get();

    private Server server(String database) {
        return new Server(new ConnectionSettings(
                scratch.socketDirectory(), scratch.port(), "postgres", null, null, null, null, database));
    }

    private boolean exists(String name) {
        return !scratch.query("postgres", "SELECT 1 FROM pg_database WHERE datname = '" + name + "'")
                .isEmpty();
    }

    @Test
    void whatIsAliveStaysWhereverTheOtherRunIsConnectedTo() {
        scratch.createDatabase("home_a");
        scratch.createDatabase("home_b");
        String dead = "bmm_restoring_0123456789ab";
        scratch.sql("postgres", "CREATE DATABASE " + dead);
        OwnDatabase alive = OwnDatabase.create(
                server("home_a"), OwnDatabase.Purpose.RESTORE, "größe \"x\" 数据".repeat(9), OwnDatabase.Shape.DEFAULT);

        assertThat(OwnDatabases.removeDead(server("home_b"), OwnDatabase.Purpose.DRILL))
                .isEmpty();
        assertThat(OwnDatabases.removeDead(server("home_b"), OwnDatabase.Purpose.RESTORE))
                .containsExactly(dead);

        assertThat(alive.name())
                .matches("bmm_restoring_[A-Za-z0-9_]+_[0-9a-f]{12}")
                .hasSizeLessThan(64);
        assertThat(exists(alive.name())).isTrue();
        alive.close();
        assertThat(exists(alive.name())).isFalse();
        scratch.dropDatabase("home_a");
        scratch.dropDatabase("home_b");
    }

    @Test
    void whatIsKeptStaysUntilItIsAskedFor() {
        OwnDatabase kept =
                OwnDatabase.create(scratch.server(), OwnDatabase.Purpose.DRILL, "app", OwnDatabase.Shape.DEFAULT);
        kept.keep();
        kept.close();

        assertThat(OwnDatabases.removeDead(scratch.server(), OwnDatabase.Purpose.DRILL))
                .doesNotContain(kept.name());
        assertThat(exists(kept.name())).isTrue();
        assertThat(OwnDatabases.removeKept(scratch.server())).containsExactly(kept.name());
        assertThat(exists(kept.name())).isFalse();
    }

    @Test
    void namesThatOnlyLookAlikeAreNotItsOwn() {
        for (String name : List.of("bmm_drill_precious", "bmm_drillx_0123456789ab", "my_bmm_drill_0123456789ab")) {
            scratch.sql("postgres", "CREATE DATABASE " + name);
        }

        assertThat(OwnDatabases.removeDead(scratch.server(), OwnDatabase.Purpose.DRILL))
                .isEmpty();
        assertThat(OwnDatabases.removeKept(scratch.server())).isEmpty();

        for (String name : List.of("bmm_drill_precious", "bmm_drillx_0123456789ab", "my_bmm_drill_0123456789ab")) {
            scratch.sql("postgres", "DROP DATABASE " + name);
        }
    }

    @Test
    void theDatabaseOfTheSettingsMayBeLost() {
        try (OwnDatabase fresh =
                OwnDatabase.create(server("lost"), OwnDatabase.Purpose.RESTORE, "lost", OwnDatabase.Shape.DEFAULT)) {
            fresh.keepAs("lost");
        }
        assertThat(exists("lost")).isTrue();
        scratch.dropDatabase("lost");
    }
}
