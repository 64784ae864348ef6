package bmm.dump;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** What pg_restore or psql can read. */
public sealed interface DumpContent {
    /** An archive in custom format, to be read anywhere, so that several jobs can share it. */
    record CustomFile(Path path) implements DumpContent {}

    /** An archive in custom format, to be read from beginning to end. */
    record CustomStream(Source source) implements DumpContent {}

    /** An archive in directory format. */
    record Directory(Path path) implements DumpContent {}

    /** SQL text for psql. */
    record Sql(Source source) implements DumpContent {}

    /** Opens the same bytes as often as it is asked. */
    interface Source {
        InputStream open() throws IOException;
    }
}
