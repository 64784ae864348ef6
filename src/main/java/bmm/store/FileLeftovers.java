package bmm.store;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** Finds the files that killed writers have left below a directory, without following links. */
final class FileLeftovers extends SimpleFileVisitor<Path> {
    private final Path root;
    private final List<Leftover> found = new ArrayList<>();

    private FileLeftovers(Path root) {
        this.root = root;
    }

    /**
     * @param start a directory, or nothing
     * @param depth how many directories down; 1 is the files in it
     */
    static List<Leftover> find(Path root, Path start, int depth) throws IOException {
        FileLeftovers visitor = new FileLeftovers(root);
        if (Files.isDirectory(start)) {
            Files.walkFileTree(start, EnumSet.noneOf(java.nio.file.FileVisitOption.class), depth, visitor);
        }
        return visitor.found;
    }

    static boolean isOne(String name) {
        return name.startsWith(FileNames.TEMPORARY) || name.startsWith(FileNames.CLAIM);
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (attributes.isRegularFile() && isOne(String.valueOf(file.getFileName()))) {
            String name = root.relativize(file).toString();
            found.add(new Leftover(
                    name, name, attributes.size(), attributes.lastModifiedTime().toInstant()));
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
        if (e instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE; // finished or pruned meanwhile
        }
        throw e;
    }
}
