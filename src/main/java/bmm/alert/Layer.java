package bmm.alert;

/** How deep a thing lies. When several fail at once, the deepest is taken for the cause and the others for its symptoms. */
public enum Layer {
    /** Disks, memory, inodes. */
    MACHINE,
    /** Name resolution, ports. */
    NETWORK,
    DATABASE,
    /** What other services call. */
    SERVICE,
    /** What people see. */
    SURFACE,
    /** Jobs of bmm itself: they fail for any of the reasons above. */
    JOB
}
