package io.dragoman.session;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which pages may connect from a browser: those that the node serves itself, and those named.
 *
 * @param others pages' origins, such as {@code https://talks.example.org}
 * @param required whether a client must name an origin; those that are not browsers name none
 */
public record Origins(List<String> others, boolean required) {
  private static final Pattern ORIGIN = Pattern.compile("https?://[^/\\s]+");

  public Origins {
    others = others.stream().map(Origins::plain).toList();
    for (String origin : others) {
      if (!ORIGIN.matcher(origin).matches()) {
        throw new IllegalArgumentException(
            "sessions.origins: \"%s\" is not an origin such as https://talks.example.org"
                .formatted(origin));
      }
    }
  }

  /**
   * @param origin the header that a browser adds, and no page can change
   * @param host the header that says where the client connected
   */
  boolean admit(@Nullable String origin, @Nullable String host) {
    if (origin == null) {
      return !required;
    }
    String page = plain(origin);
    return others.contains(page)
        || (host != null && page.replaceFirst("^https?://", "").equals(plain(host)));
  }

  private static String plain(String origin) {
    return origin.strip().toLowerCase(Locale.ROOT);
  }
}
