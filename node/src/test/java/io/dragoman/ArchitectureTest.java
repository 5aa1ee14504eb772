package io.dragoman;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds the arrows between packages, as docs/architecture.md draws them. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.dragoman");

  /**
   * What each package may use; what is not named here may use everything (cli, and the root, which
   * wires).
   */
  private static final Map<String, List<String>> MAY_USE =
      Map.ofEntries(
          entry("protocol", List.of()),
          entry("websocket", List.of()),
          entry("speech", List.of()),
          entry("openai", List.of()),
          entry("quota", List.of()),
          entry("standin", List.of()),
          entry("page", List.of()),
          entry("client", List.of("protocol")),
          entry("pipeline", List.of("speech", "quota", "openai")),
          entry(
              "session", List.of("protocol", "websocket", "pipeline", "speech", "quota", "openai")),
          entry("cluster", List.of("quota", "session", "pipeline", "ops")),
          entry("ops", List.of("session", "pipeline", "quota")));

  @TestFactory
  Stream<DynamicTest> everyPackageUsesOnlyWhatItMay() {
    return MAY_USE.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(rule -> dynamicTest(rule.getKey(), () -> usesOnly(rule.getKey(), rule.getValue())));
  }

  @Test
  void nothingPointsToTheCommandLine() {
    noClasses()
        .that(not(resideInAPackage("io.dragoman.cli..")).and(not(nameIsMain())))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.dragoman.cli..")
        .check(CLASSES);
  }

  @Test
  void onlyTheCommandLineKnowsStandIns() {
    noClasses()
        .that(not(resideInAnyPackage("io.dragoman.cli..", "io.dragoman.standin")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.dragoman.standin")
        .check(CLASSES);
  }

  @Test
  void onlyClusterKnowsTheGrid() {
    noClasses()
        .that(not(resideInAPackage("io.dragoman.cluster")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.hazelcast..")
        .check(CLASSES);
  }

  @Test
  void packagesFormNoCircle() {
    slices().matching("io.dragoman.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  private static void usesOnly(String name, List<String> others) {
    String[] allowed =
        Stream.concat(
                Stream.of("io.dragoman." + name + ".."),
                others.stream().map(other -> "io.dragoman." + other + ".."))
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage("io.dragoman." + name + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.dragoman..").and(not(resideInAnyPackage(allowed))))
        .as("%s uses only %s".formatted(name, Arrays.toString(allowed)))
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> nameIsMain() {
    return JavaClass.Predicates.belongToAnyOf(Main.class);
  }
}
