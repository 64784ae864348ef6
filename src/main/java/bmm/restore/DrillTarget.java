package bmm.restore;

import bmm.postgres.OwnDatabase;
import bmm.postgres.PgTools;
import bmm.postgres.ScratchCluster;
import bmm.postgres.ScratchContainer;
import bmm.postgres.Server;
import java.util.List;
import java.util.Optional;

/** Where a drill restores. Whatever it is, only databases that are made there for the drill can be written to. */
sealed interface DrillTarget extends AutoCloseable {
    /** As the setting names it. */
    String kind();

    Server server();

    /** How code of the owners of what is restored is kept away from everything else, in words. */
    String isolation();

    /** Of a version that can read the dump. */
    PgTools tools();

    /** Whether the whole server is the drill's, with all roles in it. */
    default boolean isThrownAway() {
        return true;
    }

    /** Lets everything live on, and says how to connect, in shell words. */
    List<String> keep(OwnDatabase database);

    /** What brought its server down, where nobody else can find that out later. */
    default Optional<String> panic() {
        return Optional.empty();
    }

    /** Does away with it, as far as it does not go with its server. */
    default void discard(OwnDatabase database) {
        database.abandon();
    }

    @Override
    void close();

    default OwnDatabase create(String of, OwnDatabase.Shape shape) {
        return OwnDatabase.create(server(), OwnDatabase.Purpose.DRILL, of, shape);
    }

    /** A cluster made with initdb. */
    record Scratch(ScratchCluster cluster, PgTools tools) implements DrillTarget {
        @Override
        public String kind() {
            return "scratch";
        }

        @Override
        public Server server() {
            return cluster.server();
        }

        @Override
        public String isolation() {
            return cluster.isolation().toString();
        }

        @Override
        public Optional<String> panic() {
            return cluster.panic();
        }

        @Override
        public List<String> keep(OwnDatabase database) {
            database.keep();
            cluster.keep();
            return List.of(
                    cluster.programs().directory().resolve("psql").toString(),
                    "-h",
                    String.valueOf(cluster.connection().host()),
                    "-U",
                    ScratchCluster.SUPERUSER,
                    "-d",
                    database.name());
        }

        @Override
        public void close() {
            cluster.close();
        }
    }

    /** A container of an image. */
    record Docker(ScratchContainer container, PgTools tools) implements DrillTarget {
        @Override
        public String kind() {
            return "docker";
        }

        @Override
        public Server server() {
            return container.server();
        }

        @Override
        public String isolation() {
            return container.isolation();
        }

        @Override
        public List<String> keep(OwnDatabase database) {
            database.keep();
            container.keep();
            return List.of(
                    "docker",
                    "exec",
                    "-it",
                    container.name(),
                    "psql",
                    "-U",
                    ScratchCluster.SUPERUSER,
                    "-d",
                    database.name());
        }

        @Override
        public void close() {
            container.close();
        }
    }

    /** The server of the settings; its roles are other people's. */
    record Database(Server server, PgTools tools) implements DrillTarget {
        @Override
        public String kind() {
            return "database";
        }

        @Override
        public String isolation() {
            return "none: code of table owners runs in the server itself, as role "
                    + server.connection().user();
        }

        @Override
        public boolean isThrownAway() {
            return false;
        }

        @Override
        public List<String> keep(OwnDatabase database) {
            database.keep();
            return List.of("psql", "-d", database.name());
        }

        @Override
        public void discard(OwnDatabase database) {
            database.close();
        }

        @Override
        public void close() {
            // The server is not the drill's.
        }
    }
}
