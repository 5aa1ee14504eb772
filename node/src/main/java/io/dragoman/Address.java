package io.dragoman;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A host and a port to listen on; port 0 is any that is free. */
public record Address(String host, int port) {

  private static final Pattern FORM =
      Pattern.compile("(?<host>[A-Za-z0-9._-]+|\\[[0-9a-fA-F:.]+]):(?<port>[0-9]{1,5})");

  /**
   * @param key what the address is for
   * @throws IllegalArgumentException with a sentence that begins with the key
   */
  static Address parse(String key, String text) {
    Matcher matcher = FORM.matcher(text);
    if (matcher.matches()) {
      int port = Integer.parseInt(matcher.group("port"));
      if (port <= 65_535) {
        return new Address(matcher.group("host"), port);
      }
    }
    throw new IllegalArgumentException(
        "%s: \"%s\" is not HOST:PORT, for example 127.0.0.1:8080, with a port from 0 to 65535."
            .formatted(key, text));
  }

  /** Whether nobody can listen on both. */
  boolean collidesWith(Address other) {
    return port != 0
        && port == other.port
        && (host.equals(other.host) || everywhere() || other.everywhere());
  }

  private boolean everywhere() {
    return host.equals("0.0.0.0") || host.equals("[::]");
  }

  /**
   * Refuses a place where another program listens already.
   *
   * @param key what the address is for
   * @throws IOException with a sentence for a human
   */
  public void requireFree(String key) throws IOException {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new IOException(
          "cannot listen on %s (%s): no machine is called %s".formatted(this, key, host));
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(address);
    } catch (IOException e) {
      throw new IOException("cannot listen on %s (%s): %s".formatted(this, key, why(e)), e);
    }
  }

  private static String why(IOException e) {
    String reason = String.valueOf(e.getMessage());
    if (!(e instanceof BindException)) {
      return reason;
    }
    return switch (reason) {
      case "Address already in use" ->
          "another program listens there already; stop it, or choose another port";
      case "Cannot assign requested address" ->
          "this machine has no such address; \"ip address\" lists those it has";
      default -> reason;
    };
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
