package io.dragoman.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * Where a session is had, and under which name.
 *
 * @param uri such as {@code ws://127.0.0.1:8080/v1/session?sid=…}
 */
public record SessionAddress(URI uri) {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int SID_BYTES = 15;

  /**
   * The address of a new session, with a name of its own.
   *
   * @param url {@code ws://host:port} or {@code wss://host:port}; a path other than {@code
   *     /v1/session} is kept
   */
  public static SessionAddress parse(String url) throws ClientException {
    URI base;
    try {
      base = new URI(url);
    } catch (URISyntaxException e) {
      throw new ClientException("\"" + url + "\" is not an address such as ws://127.0.0.1:8080", e);
    }
    boolean webSocket = "ws".equals(base.getScheme()) || "wss".equals(base.getScheme());
    if (!webSocket || base.getHost() == null || base.getPort() == 0 || base.getPort() > 65_535) {
      throw new ClientException("\"" + url + "\" is not an address such as ws://127.0.0.1:8080");
    }
    if (base.getRawQuery() != null || base.getRawFragment() != null) {
      throw new ClientException(
          "\"" + url + "\" must end before the ? or #: the sid is added here");
    }
    String path = base.getRawPath().length() <= 1 ? "/v1/session" : base.getRawPath();
    return new SessionAddress(
        URI.create(
            base.getScheme() + "://" + base.getRawAuthority() + path + "?sid=" + randomSid()));
  }

  /** Host and port, as people write them. */
  public String authority() {
    return uri.getRawAuthority();
  }

  private static String randomSid() {
    byte[] bytes = new byte[SID_BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
