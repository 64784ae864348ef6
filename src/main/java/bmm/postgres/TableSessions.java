package bmm.postgres;

import bmm.postgres.sql.QualifiedName;
import java.io.IOException;
import java.sql.SQLException;

/** Through whom the tables of a restore are filled: one session for all, or sessions of each table's owner. */
interface TableSessions extends AutoCloseable {
    /** A table about to be filled. */
    interface Table {
        /** Its name as it is written in SQL. */
        String quoted();

        /** How many sessions may fill it at once. */
        int most();

        /** One of those sessions, from 0; connected when it is first asked for. */
        RestoreSession session(int number) throws SQLException;
    }

    /**
     * Finds a table.
     *
     * @throws SQLException if the server knows no such table
     */
    Table find(QualifiedName name) throws SQLException, IOException;

    /** Something failed in one of them: those for later tables are new ones, where that is possible. */
    void renew();

    @Override
    void close();

    /** The session that restores everything else fills the tables, too. */
    static TableSessions of(RestoreSession one) {
        return new TableSessions() {
            @Override
            public Table find(QualifiedName name) {
                return new Table() {
                    @Override
                    public String quoted() {
                        return name.schema().isEmpty()
                                ? TableName.quote(name.name())
                                : new TableName(name.schema(), name.name()).quoted();
                    }

                    @Override
                    public int most() {
                        return 1;
                    }

                    @Override
                    public RestoreSession session(int number) {
                        return one;
                    }
                };
            }

            @Override
            public void renew() {
                // What failed once has failed as a whole.
            }

            @Override
            public void close() {
                // It is not this one's.
            }
        };
    }
}
