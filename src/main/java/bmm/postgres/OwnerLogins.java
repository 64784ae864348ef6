package bmm.postgres;

import bmm.base.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the owners of an archive's tables could fill them by themselves. */
public final class OwnerLogins {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerLogins.class);

    private static final String NO_DATABASE = OwnDatabase.Purpose.RESTORE.prefix + "_by_owners";

    /** PostgreSQL manual, "Error Codes": invalid_catalog_name. */
    private static final String NO_SUCH_DATABASE = "3D000";

    private OwnerLogins() {}

    /**
     * Those who own tables with rows.
     *
     * @param in an archive in custom format, or the {@code toc.dat} of one in directory format
     * @throws IOException if it is none, or one that bmm cannot read
     */
    public static Set<String> owners(InputStream in) throws IOException {
        Set<String> owners = new TreeSet<>();
        for (TableOfContents.Entry entry : TableOfContents.read(new Buffered(in)).entries) {
            if (entry.isTableData() && !entry.owner().isEmpty()) {
                owners.add(entry.owner());
            }
        }
        return owners;
    }

    /** The server as another role sees it; its password is in the password file, if it takes one. */
    static Server as(Server server, String role) {
        ConnectionSettings own = server.connection();
        return new Server(own.at(own.host(), own.port(), role, role.equals(own.user()) ? own.password() : null));
    }

    /**
     * Tries to log in as each, into a database that is not there: that is what a server says last, when it has let a role in.
     *
     * @return why, for those as whom it cannot be done
     */
    public static Map<String, String> refused(Server server, Set<String> owners) {
        Map<String, String> refused = new TreeMap<>();
        for (String owner : owners) {
            try (Session session = as(server, owner).connect(NO_DATABASE)) {
                LOG.atDebug().log("{} may log in: {}", owner, session);
            } catch (Failure e) {
                if (!(e.getCause() instanceof SQLException sql) || !NO_SUCH_DATABASE.equals(sql.getSQLState())) {
                    refused.put(owner, String.valueOf(e.getMessage()));
                }
            }
        }
        return refused;
    }
}
