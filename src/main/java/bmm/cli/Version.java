package bmm.cli;

import picocli.CommandLine.IVersionProvider;

/** Which bmm this is: the version that the build wrote into the jar. */
final class Version implements IVersionProvider {
    /** As in {@code bmm 0.1.0}. */
    static String line() {
        String version = Version.class.getPackage().getImplementationVersion();
        return "bmm " + (version == null ? "(not packaged)" : version);
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            line() + " (Java " + Runtime.version().feature() + ", " + System.getProperty("os.arch") + ")"
        };
    }
}
