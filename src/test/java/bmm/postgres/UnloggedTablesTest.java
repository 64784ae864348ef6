package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UnloggedTablesTest {
    private static final String STATES =
            "SELECT string_agg(relname || '=' || relpersistence::text, ' ' ORDER BY relname) FROM pg_class"
                    + " WHERE relname IN ('logged', 'never', 'i')";

    @TempDir
    Path directory;

    @Test
    void afterwardsEverythingIsAsItWas() throws Exception {
        ServerPrograms programs = ServerPrograms.find(15, ScratchServer.get().bin(), null);
        try (ScratchCluster cluster = ScratchCluster.start(
                        programs,
                        Path.of(System.getProperty("java.io.tmpdir")),
                        new ScratchCluster.Resources(1, 0),
                        ScratchCluster.Bounds.DEFAULT,
                        Instant.now());
                OwnDatabase database = OwnDatabase.create(
                        cluster.server(), OwnDatabase.Purpose.DRILL, "unlogged", OwnDatabase.Shape.DEFAULT);
                Session session = cluster.server().connect(database.name())) {
            session.execute("CREATE TABLE public.logged (id int, s text)");
            session.execute("CREATE INDEX i ON public.logged (id)");
            session.execute("CREATE UNLOGGED TABLE public.never (id int)");

            long written = -wal(session);
            try (UnloggedTables tables = UnloggedTables.of(cluster.server(), database.name())) {
                assertThat(tables).hasToString("without the server's log");
                assertThat(text(session, STATES)).isEqualTo("i=u logged=u never=u");
                session.execute(
                        "INSERT INTO public.logged SELECT i, repeat(md5(i::text), 100) FROM generate_series(1, 20000) i");
            }
            written += wal(session);

            assertThat(text(session, STATES)).isEqualTo("i=p logged=p never=u");
            assertThat(text(session, "SELECT count(*), sum(length(s)) FROM public.logged"))
                    .isEqualTo("20000");
            assertThat(written).isLessThan(1_000_000);
            assertThat(text(session, "SELECT count(*) FROM pg_class WHERE relpersistence = 'u'"))
                    .isEqualTo("1");
        }
    }

    private static String text(Session session, String sql) throws SQLException {
        return session.queryOne(sql, row -> row.getString(1));
    }

    private static long wal(Session session) throws SQLException {
        return session.queryOne("SELECT pg_current_wal_lsn() - '0/0'", row -> row.getLong(1));
    }
}
