package io.dragoman.sidebyside;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Three {@link MemberProcess}es of one contender, which share a limit. */
final class Cluster implements AutoCloseable {

  /** How many sessions speak at each member. */
  private static final int[] SESSIONS = {18, 9, 3};

  private final List<MemberProcess> members = new ArrayList<>();

  private Cluster() {}

  /** Starts the members, and waits until they are one cluster. */
  static Cluster start(Contender contender, long requestsPerMinute, int observer)
      throws IOException {
    Path grid = SideBySide.NODE.resolveSibling("cluster-config").resolve("hazelcast.yaml");
    Path data = Files.createTempDirectory(SideBySide.NODE.resolve("target"), "side-by-side-");
    List<Integer> ports = freePorts();
    Cluster cluster = new Cluster();
    try {
      for (int number = 0; number < SESSIONS.length; number++) {
        Member.Place place = new Member.Place(number, ports, grid, data);
        cluster.members.add(MemberProcess.start(contender, requestsPerMinute, place, observer));
      }
      for (MemberProcess member : cluster.members) {
        member.awaitReady();
      }
      return cluster;
    } catch (IOException e) {
      cluster.close();
      throw e;
    }
  }

  private static List<Integer> freePorts() throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int number = 0; number < SESSIONS.length; number++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  /** What decisions cost on a member that has to ask another one for what it does not know. */
  Decisions decide() throws IOException {
    return member(false).decide();
  }

  /**
   * Lets all sessions speak.
   *
   * @return how many there are
   */
  int speak() throws IOException {
    int first = 0;
    for (int number = 0; number < SESSIONS.length; number++) {
      members.get(number).speak(first, SESSIONS[number]);
      first += SESSIONS[number];
    }
    return first;
  }

  /** Kills the member that holds the ledger or the bucket. */
  void killOwner() throws IOException {
    member(true).close();
  }

  private MemberProcess member(boolean owner) throws IOException {
    for (MemberProcess member : members) {
      if (member.isOwner() == owner) {
        return member;
      }
    }
    throw new IOException("no member holds it");
  }

  @Override
  public void close() {
    members.forEach(MemberProcess::close);
  }
}
