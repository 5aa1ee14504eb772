package io.dragoman.sidebyside;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One member of a cluster, a process of its own. It says {@code ready} once the cluster is whole,
 * and then does what the lines of its standard input tell it, until that ends:
 *
 * <pre>
 *   owner              says whether it holds the ledger or the bucket: owner BOOLEAN
 *   decide             measures decisions: decided ONE_THREAD_PER_S EIGHT_THREADS_PER_S P50_NS P99_NS
 *   speak FIRST COUNT  starts so many sessions, which ask for all that they can get
 * </pre>
 *
 * <p>Arguments: the {@link Contender}, the requests a minute, its number, the ports of all members
 * separated by commas, the grid's file, a folder, and the {@link Observer}'s port.
 */
final class Member {
  private Member() {}

  /**
   * Where a member is.
   *
   * @param number its place among the ports
   * @param file the grid's configuration
   * @param data where it may keep what it must not forget
   */
  record Place(int number, List<Integer> ports, Path file, Path data) {
    static final String HOST = "127.0.0.1";

    int port() {
      return ports.get(number);
    }

    /** {@code host:port} of all members. */
    List<String> all() {
      return ports.stream().map(port -> HOST + ":" + port).toList();
    }
  }

  public static void main(String[] arguments) {
    try {
      serve(arguments);
      Runtime.getRuntime().halt(0);
    } catch (IOException | InterruptedException | RuntimeException e) {
      e.printStackTrace();
      // The grid's threads would go on.
      Runtime.getRuntime().halt(1);
    }
  }

  private static void serve(String[] arguments) throws IOException, InterruptedException {
    List<Integer> ports = Stream.of(arguments[3].split(",")).map(Integer::valueOf).toList();
    int number = Integer.parseInt(arguments[2]);
    Place place = new Place(number, ports, Path.of(arguments[4]), Path.of(arguments[5]));
    Limiter limiter =
        Contender.valueOf(arguments[0]).join(place, Long.parseLong(arguments[1]));
    Speakers speakers =
        new Speakers(
            limiter,
            number,
            new InetSocketAddress(Place.HOST, Integer.parseInt(arguments[6])));
    System.out.println("ready");
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      String[] order = line.split(" ");
      switch (order[0]) {
        case "owner" -> System.out.println("owner " + limiter.isOwner());
        case "decide" -> System.out.println("decided " + Decisions.measure(limiter));
        case "speak" -> speakers.start(Integer.parseInt(order[1]), Integer.parseInt(order[2]));
        default -> throw new IOException("what is \"" + line + "\"?");
      }
    }
  }
}
