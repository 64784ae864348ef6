package bmm.postgres;

import java.io.IOException;
import java.io.InputStream;

/**
 * What the beginning of an archive in custom or directory format says.
 *
 * @param serverVersion of the server that was dumped, such as 15.18
 * @param toolVersion of the pg_dump that wrote it
 */
public record ArchiveHeader(String serverVersion, String toolVersion) {
    /** Reads the table of contents, in a directory that of {@code toc.dat}. */
    public static ArchiveHeader read(InputStream in) throws IOException {
        TableOfContents contents = TableOfContents.read(new Buffered(in));
        return new ArchiveHeader(contents.serverVersion, contents.toolVersion);
    }
}
