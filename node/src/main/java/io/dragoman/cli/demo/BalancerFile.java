package io.dragoman.cli.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * The shipped {@code cluster-config/haproxy.cfg} with one machine's addresses in it. Each line that
 * names a machine is replaced; all others stay as they are.
 *
 * @param clients where HAProxy takes clients, as {@code host:port}
 * @param state where it tells how its nodes stand
 * @param nodes where the nodes listen
 */
public record BalancerFile(String clients, String state, List<String> nodes) {

  /** The section that listens for operators; every other one listens for clients. */
  private static final String STATE = "frontend state";

  public BalancerFile {
    nodes = List.copyOf(nodes);
  }

  /** What HAProxy is to read, which then runs as whoever starts it, and takes no orders. */
  public String from(String shipped) {
    List<String> lines = new ArrayList<>();
    String section = "";
    boolean named = false;
    for (String line : shipped.lines().toList()) {
      if (!line.isBlank() && !line.startsWith(" ") && !line.startsWith("#")) {
        section = line.strip();
      }
      String told = line.strip();
      if (told.startsWith("bind ")) {
        lines.add("    bind " + (section.equals(STATE) ? state : clients));
      } else if (told.startsWith("server ")) {
        if (!named) {
          lines.addAll(servers());
          named = true;
        }
      } else if (!told.startsWith("user ")
          && !told.startsWith("group ")
          && !told.startsWith("stats socket ")) {
        lines.add(line);
      }
    }
    return String.join("\n", lines) + "\n";
  }

  private List<String> servers() {
    List<String> servers = new ArrayList<>();
    for (int id = 1; id <= nodes.size(); id++) {
      servers.add("    server n%d %s id %d".formatted(id, nodes.get(id - 1), id));
    }
    return servers;
  }
}
