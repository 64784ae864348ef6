package bmm.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the beginning of an archive in custom or directory format says.
 *
 * @param serverVersion of the server that was dumped, such as 15.18
 * @param toolVersion of the pg_dump that wrote it
 * @param encoding of the text in it, which is that of the database, such as UTF8; null if it does not say
 */
public record ArchiveHeader(
        String serverVersion, String toolVersion, @Nullable String encoding) {
    private static final Pattern VERSION =
            Pattern.compile("^-- Dumped from database version (\\S+)", Pattern.MULTILINE);
    private static final Pattern TOOL = Pattern.compile("^-- Dumped by pg_dump version (\\S+)", Pattern.MULTILINE);
    private static final Pattern ENCODING = Pattern.compile("SET client_encoding = '([^']+)'");
    private static final int LOOKED_AT = 16_384;

    /** Reads the table of contents, in a directory that of {@code toc.dat}. */
    public static ArchiveHeader read(InputStream in) throws IOException {
        TableOfContents contents = TableOfContents.read(new Buffered(in));
        String encoding = contents.entries.stream()
                .filter(entry -> entry.kind().equals("ENCODING"))
                .map(entry -> first(ENCODING, entry.definition()))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse(null);
        return new ArchiveHeader(contents.serverVersion, contents.toolVersion, encoding);
    }

    /** Reads the beginning of a dump in SQL text. */
    public static ArchiveHeader readSql(InputStream in) throws IOException {
        String text = new String(in.readNBytes(LOOKED_AT), StandardCharsets.ISO_8859_1);
        String encoding = first(ENCODING, text);
        return new ArchiveHeader(first(VERSION, text), first(TOOL, text), encoding.isEmpty() ? null : encoding);
    }

    private static String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }

    /** The major version of the server that was dumped, or 0 where nothing says it. */
    public int serverMajor() {
        return major(serverVersion);
    }

    /** The major version of the pg_dump that wrote it, or 0. */
    public int toolMajor() {
        return major(toolVersion);
    }

    private static int major(String version) {
        Matcher matcher = Pattern.compile("^(\\d{1,3})").matcher(version);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }
}
