package bmm.dump;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** What can be restored. */
public sealed interface DumpContent {
    /** An archive in custom format, to be read anywhere, so that several jobs can share it. */
    record CustomFile(Path path) implements DumpContent {}

    /** An archive in custom format, to be read from beginning to end. */
    record CustomStream(Source source) implements DumpContent {}

    /** An archive in directory format. */
    record Directory(Path path) implements DumpContent {}

    /** SQL text. */
    record Sql(Source source) implements DumpContent {}

    /** Opens the same bytes as often as it is asked. */
    interface Source {
        InputStream open() throws IOException;
    }
}
