package io.dragoman.cli;

import io.dragoman.Spelling;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in plain words what the parser has against a command line. */
final class UsageMistake {
  private UsageMistake() {}

  /** A clause, without what a command itself has to say of its use. */
  static String describe(ParameterException e) {
    ArgSpec option = e.getArgSpec();
    return switch (e) {
      case MissingParameterException missing -> missing(missing.getMissing());
      case UnmatchedArgumentException unmatched -> unmatched(unmatched);
      case OverwrittenOptionException twice -> name(twice.getOverwritten()) + " is given twice";
      default ->
          option == null || e.getValue() == null
              ? String.valueOf(e.getMessage())
              : name(option) + ": " + wrongValue(option, e.getValue(), e.getCause());
    };
  }

  private static String missing(List<ArgSpec> missing) {
    ArgSpec first = missing.getFirst();
    if (!first.required()) {
      return "%s needs a value: %s".formatted(name(first), first.paramLabel());
    }
    return missing.stream()
            .map(option -> name(option) + " " + option.paramLabel())
            .collect(Collectors.joining(" and "))
        + (missing.size() == 1 ? " is needed" : " are needed");
  }

  private static String unmatched(UnmatchedArgumentException e) {
    CommandLine command = e.getCommandLine();
    String argument = e.getUnmatched().getFirst();
    if (!e.isUnknownOption() && command.getSubcommands().isEmpty()) {
      return "\"%s\" means nothing here".formatted(argument);
    }
    Set<String> all =
        e.isUnknownOption()
            ? command.getCommandSpec().optionsMap().keySet()
            : command.getSubcommands().keySet();
    return "there is no %s %s%s"
        .formatted(
            e.isUnknownOption() ? "option" : "command",
            argument,
            Spelling.nearest(argument, all).map(near -> "; did you mean " + near + "?").orElse(""));
  }

  private static String wrongValue(ArgSpec option, String value, @Nullable Throwable cause) {
    Class<?> type = option.type();
    if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
      return cause != null && !builtIn(cause) ? said(cause) : quoted(value, "a whole number");
    }
    if (type == double.class) {
      return quoted(value, "a number");
    }
    if (type == boolean.class) {
      return "takes no value";
    }
    Iterable<String> choices = option.completionCandidates();
    if (choices != null && option.converters().length == 0) {
      return quoted(
          value,
          "one of "
              + StreamSupport.stream(choices.spliterator(), false)
                  .map(choice -> choice.toLowerCase(Locale.ROOT))
                  .collect(Collectors.joining(", ")));
    }
    return cause instanceof TypeConversionException
        ? said(cause)
        : quoted(value, option.paramLabel());
  }

  private static boolean builtIn(Throwable cause) {
    return said(cause).matches(".* is not an? (int|long)");
  }

  private static String said(Throwable cause) {
    return String.valueOf(cause.getMessage());
  }

  private static String quoted(String value, String form) {
    return "\"%s\" is not %s".formatted(value, form);
  }

  private static String name(ArgSpec option) {
    return option instanceof OptionSpec named ? named.longestName() : option.paramLabel();
  }
}
