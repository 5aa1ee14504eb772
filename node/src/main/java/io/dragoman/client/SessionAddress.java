package io.dragoman.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

/**
 * Where a session is had, and under which name.
 *
 * @param uris one for each door, such as {@code ws://127.0.0.1:8080/v1/session?sid=…}; the session
 *     goes on through another where one does not answer
 */
public record SessionAddress(List<URI> uris) {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int SID_BYTES = 15;

  public SessionAddress {
    if (uris.isEmpty()) {
      throw new IllegalArgumentException("a session needs a door");
    }
    uris = List.copyOf(uris);
  }

  /**
   * The address of a new session, with a name of its own.
   *
   * @param urls {@code ws://host:port} or {@code wss://host:port} each, in the order in which they
   *     are tried; a path other than {@code /v1/session} is kept
   */
  public static SessionAddress parse(String... urls) throws ClientException {
    String sid = randomSid();
    URI[] uris = new URI[urls.length];
    for (int door = 0; door < urls.length; door++) {
      uris[door] = uri(urls[door], sid);
    }
    return new SessionAddress(List.of(uris));
  }

  /** The door to try, counted on from the first over and over. */
  URI door(int number) {
    return uris.get(number % uris.size());
  }

  /** Host and port of the first door, as people write them. */
  public String authority() {
    return uris.getFirst().getRawAuthority();
  }

  private static URI uri(String url, String sid) throws ClientException {
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
    return URI.create(base.getScheme() + "://" + base.getRawAuthority() + path + "?sid=" + sid);
  }

  private static String randomSid() {
    byte[] bytes = new byte[SID_BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
