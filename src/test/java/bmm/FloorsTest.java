package bmm;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds the floors of docs/design.md: imports go downward only, and each outside library lives in one package. */
class FloorsTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("bmm");

    private static final Set<String> MECHANISMS =
            Set.of("catalog", "store", "postgres", "process", "stream", "alert", "notify");
    /** What several use cases share, above the mechanisms. */
    private static final Set<String> SHARED = Set.of("dump");

    private static final Set<String> USE_CASES =
            Set.of("backup", "restore", "wal", "mirror", "uptime", "parity", "status", "doctor");

    /** The only arrows among the mechanisms. */
    private static final Map<String, Set<String>> AMONG_MECHANISMS = Map.of(
            "catalog", Set.of("store"),
            "postgres", Set.of("process"),
            "store", Set.of("process"),
            "alert", Set.of("notify"));

    @Test
    void importsGoDownwardOnly() {
        classes()
                .should(new ArchCondition<>("import from lower floors only") {
                    @Override
                    public void check(JavaClass from, ConditionEvents events) {
                        String room = roomOf(from);
                        from.getDirectDependenciesFromSelf().stream()
                                .filter(dependency -> dependency
                                        .getTargetClass()
                                        .getPackageName()
                                        .startsWith("bmm."))
                                .filter(dependency -> !mayImport(room, roomOf(dependency.getTargetClass())))
                                .forEach(dependency ->
                                        events.add(SimpleConditionEvent.violated(from, dependency.getDescription())));
                    }
                })
                .check(CLASSES);
    }

    @Test
    void everyPackageHasAFloor() {
        Set<String> rooms = CLASSES.stream().map(FloorsTest::roomOf).collect(Collectors.toSet());

        assertThat(rooms)
                .contains("cli", "base")
                .isSubsetOf(Stream.of(Set.of("cli", "base"), MECHANISMS, SHARED, USE_CASES)
                        .flatMap(Set::stream)
                        .toList());
    }

    @Test
    void noPackagesInACircle() {
        slices().matching("bmm.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarkedAndSaysWhatItIsFor() {
        List<String> unmarked = CLASSES.stream()
                .map(JavaClass::getPackage)
                .distinct()
                .filter(one -> one.tryGetPackageInfo()
                        .filter(info -> info.isAnnotatedWith(NullMarked.class))
                        .isEmpty())
                .map(one -> one.getName())
                .toList();

        assertThat(unmarked)
                .as("packages without package-info.java with @NullMarked")
                .isEmpty();
    }

    @Test
    void theBaseStandsOnTheJdkAlone() {
        classes()
                .that()
                .resideInAPackage("bmm.base")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "bmm.base",
                        "java..",
                        "javax.crypto..",
                        "org.jspecify.annotations",
                        "com.google.errorprone.annotations")
                .check(CLASSES);
    }

    @ParameterizedTest
    @CsvSource({
        "software.amazon.., store",
        "io.minio.., store",
        "org.apache.hc.., store",
        "org.postgresql.., postgres",
        "java.sql.., postgres",
        "javax.sql.., postgres",
        "com.github.luben.., stream",
        "com.exceptionfactory.jagged.., stream",
        "com.twilio.., notify",
        "jakarta.mail.., notify",
        "org.eclipse.angus.., notify",
        "picocli.., cli",
        "ch.qos.logback.., cli"
    })
    void anOutsideLibraryLivesInOnePackage(String library, String room) {
        noClasses()
                .that()
                .resideOutsideOfPackage("bmm." + room)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(CLASSES);
    }

    @Test
    void onlyProcessStartsProcesses() {
        noClasses()
                .that()
                .resideOutsideOfPackage("bmm.process")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(ProcessBuilder.class)
                .orShould()
                .callMethodWhere(target(owner(nameIs("java.lang.Runtime"))).and(target(nameMatching("exec"))))
                .check(CLASSES);
    }

    /** What is printed elsewhere would not be escaped: docs/decisions/0031. */
    @Test
    void onlyTheOutputPrints() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("bmm.cli.Main")
                .and()
                .doNotHaveFullyQualifiedName("bmm.cli.Destination")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(System.class, "console")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(FileDescriptor.class, Console.class)
                .orShould()
                .callMethod(Throwable.class, "printStackTrace", PrintStream.class)
                .orShould()
                .callMethod(Throwable.class, "printStackTrace", PrintWriter.class)
                .check(CLASSES);
        noClasses()
                .that(describe("are not bmm.cli.Output", type -> !type.getName().startsWith("bmm.cli.Output")))
                .should()
                .callCodeUnitWhere(target(owner(assignableTo(PrintStream.class).or(assignableTo(PrintWriter.class))))
                        .and(target(nameMatching("print.*|write.*|append|format"))))
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLineExits() {
        noClasses()
                .that()
                .resideOutsideOfPackage("bmm.cli")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .orShould()
                .callMethodWhere(target(owner(nameIs("java.lang.Runtime"))).and(target(nameMatching("exit|halt"))))
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLineReadsEnvironmentAndClock() {
        noClasses()
                .that()
                .resideOutsideOfPackage("bmm.cli")
                .and()
                // A signature is dated for the server, which refuses what is not from now.
                .doNotHaveSimpleName("SignatureV4")
                .should()
                .callMethodWhere(
                        target(owner(nameIs("java.lang.System"))).and(target(nameMatching("getenv|currentTimeMillis"))))
                .orShould()
                .callMethodWhere(target(owner(resideInAnyPackage("java.time")))
                        .and(target(nameMatching("now|systemUTC|systemDefaultZone"))))
                .check(CLASSES);
    }

    @Test
    void namesSayWhatAClassIs() {
        noClasses()
                .should()
                .haveNameMatching(".*(Manager|Utils?|Helpers?|Impl)")
                .orShould()
                .haveNameMatching(".*[.$]Abstract[A-Z].*")
                .check(CLASSES);
    }

    private static boolean mayImport(String from, String to) {
        if (from.equals(to) || from.equals("cli") || to.equals("base")) {
            return true;
        }
        if (USE_CASES.contains(from)) {
            return MECHANISMS.contains(to) || SHARED.contains(to);
        }
        if (SHARED.contains(from)) {
            return MECHANISMS.contains(to);
        }
        return AMONG_MECHANISMS.getOrDefault(from, Set.of()).contains(to);
    }

    /** The package directly below bmm that a class is in. */
    private static String roomOf(JavaClass type) {
        String name = type.getPackageName();
        return name.startsWith("bmm.") ? name.substring(4).split("\\.", -1)[0] : "";
    }

    private static DescribedPredicate<JavaClass> nameIs(String name) {
        return describe("is " + name, type -> type.getName().equals(name));
    }
}
