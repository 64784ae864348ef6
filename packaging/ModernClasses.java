import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * java ModernClasses.java JAR PACKAGE: rewrites those classes of a package that were compiled for Java 5 or older (picocli's
 * are) as classes for Java 8, with stack maps. Without these a JVM keeps neither them nor what extends or calls them in
 * its ahead-of-time cache (Java Virtual Machine Specification, section 4.10). What they do stays the same.
 */
final class ModernClasses {
    private static final ClassTransform VERSION_8 = (builder, element) -> {
        if (element instanceof ClassFileVersion) {
            builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
        } else {
            builder.with(element);
        }
    };

    /** Code that nobody touches would be copied as it is, without stack maps. */
    private static final ClassTransform FOR_JAVA_8 =
            VERSION_8.andThen(ClassTransform.transformingMethodBodies((code, instruction) -> code.with(instruction)));

    public static void main(String[] args) throws IOException {
        try (FileSystem jar = FileSystems.newFileSystem(Path.of(args[0]))) {
            ClassFile rewriting = ClassFile.of(
                    ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.defaultResolver()
                            .orElse(ClassHierarchyResolver.ofResourceParsing(name -> open(jar, name)))));
            int rewritten = 0;
            for (Path path : classes(jar.getPath(args[1]))) {
                ClassModel old = rewriting.parse(Files.readAllBytes(path));
                if (old.majorVersion() < ClassFile.JAVA_6_VERSION) {
                    Files.write(path, rewriting.transformClass(old, FOR_JAVA_8));
                    rewritten++;
                }
            }
            System.out.println(rewritten + " classes rewritten for Java 8");
        }
    }

    private static List<Path> classes(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(path -> path.toString().endsWith(".class")).toList();
        }
    }

    private static InputStream open(FileSystem jar, ClassDesc name) {
        String descriptor = name.descriptorString();
        try {
            return Files.newInputStream(jar.getPath(descriptor.substring(1, descriptor.length() - 1) + ".class"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
