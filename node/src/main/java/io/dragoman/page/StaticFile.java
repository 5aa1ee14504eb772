package io.dragoman.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file that ships with the program.
 *
 * @param type its media type
 * @param tag its entity tag, which tells its content from any other, also of another build
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record StaticFile(String type, String tag, byte[] bytes) {
  /** A folder of resources, and a plain name: no path leads elsewhere. */
  private static final Pattern PATH =
      Pattern.compile("/[a-z/]+/[a-z][a-z-]*\\.(html|css|js|svg|json|wav)");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml",
          "json", "application/json",
          "wav", "audio/wav");

  /** Reads a resource of the program; empty when there is none of that name. */
  static Optional<StaticFile> read(String path) {
    Matcher matcher = PATH.matcher(path);
    String type = matcher.matches() ? TYPES.get(matcher.group(1)) : null;
    if (type == null) {
      return Optional.empty();
    }
    try (InputStream resource = StaticFile.class.getResourceAsStream(path)) {
      if (resource == null) {
        return Optional.empty();
      }
      byte[] bytes = resource.readAllBytes();
      return Optional.of(new StaticFile(type, tag(bytes), bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String tag(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return '"'
          + Base64.getUrlEncoder().withoutPadding().encodeToString(digest).substring(0, 22)
          + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
