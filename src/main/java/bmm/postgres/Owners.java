package bmm.postgres;

/** How a restore comes to sessions of those who own the tables that it fills. */
public enum Owners {
    /**
     * The server is thrown away afterwards and belongs to the restore alone: everyone may log in, and nobody but bmm is a
     * superuser while rows come in.
     */
    OF_A_THROWAWAY_SERVER,

    /** They log in as the server's pg_hba.conf and the password file allow. */
    AS_CONFIGURED
}
