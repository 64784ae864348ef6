package bmm.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file that settings or a secret are read from, and whose it is. One that anybody may write to is refused. One of another
 * user's, such as the env file of an application, is read without following links; what it says counts as theirs.
 *
 * @param text its content
 * @param foreign who else decides what is in it, or null
 * @param readableByAll whether everyone can read it
 */
record SettingsFile(String text, @Nullable Exposure foreign, boolean readableByAll) {
    /** Somebody else may write to it. */
    static final class Refused extends FileSystemException {
        private static final long serialVersionUID = 1;

        private final transient Exposure exposure;

        Refused(Exposure exposure) {
            super(exposure.at().toString());
            this.exposure = exposure;
        }

        Exposure exposure() {
            return exposure;
        }

        @Override
        public String getMessage() {
            return exposure.inWords() + ", so nothing in it is believed";
        }
    }

    /**
     * Reads one.
     *
     * @throws Refused if others may write to it, or to its directory
     */
    static SettingsFile read(Path file) throws IOException {
        Optional<Exposure> exposure = Exposure.of(file);
        if (exposure.filter(Exposure::owned).isPresent()) {
            return readForeign(file, exposure.get());
        }
        FileStatus status = FileStatus.ofTarget(file);
        Optional<Exposure> open = exposure.or(() -> strictly(file, status));
        if (open.isPresent()) {
            throw new Refused(open.get());
        }
        return new SettingsFile(decode(Files.readAllBytes(file)), null, status.everyoneReads());
    }

    private static SettingsFile readForeign(Path file, Exposure exposure) throws IOException {
        try (PinnedFile pinned = PinnedFile.behind(exposure)) {
            FileStatus status = FileStatus.ofTarget(pinned.path());
            if (status.kind() != FileStatus.Kind.REGULAR) {
                throw new FileSystemException(
                        file.toString(),
                        null,
                        exposure.inWords() + "; a symbolic link or pipe there is not followed: name the file itself");
            }
            Optional<Exposure> open = Exposure.writable(file, status, false);
            if (open.isPresent()) {
                throw new Refused(open.get());
            }
            return new SettingsFile(decode(Files.readAllBytes(pinned.path())), exposure, status.everyoneReads());
        } catch (NotDirectoryException e) {
            throw new FileSystemException(
                    file.toString(), null, exposure.inWords() + "; symbolic links there are not followed");
        }
    }

    /** Root's settings are for root alone to write, whoever is in a group today. */
    private static Optional<Exposure> strictly(Path file, FileStatus status) {
        if (!SystemAccounts.isRoot() || status.kind() != FileStatus.Kind.REGULAR) {
            return Optional.empty();
        }
        return Exposure.writable(file, status, true).or(() -> {
            try {
                Path directory = DurableFile.directoryOf(file.toRealPath());
                FileStatus above = FileStatus.of(directory);
                return above.isSticky() ? Optional.empty() : Exposure.writable(directory, above, true);
            } catch (IOException e) {
                return Optional.empty(); // it cannot be read either
            }
        });
    }

    /** UTF-8, or Latin-1 where it is not: one umlaut in an old comment must not make a file unreadable. */
    static String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }
}
