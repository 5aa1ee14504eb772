package io.dragoman.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.InvalidConfigurationException;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.YamlConfigBuilder;
import com.hazelcast.internal.config.SchemaViolationConfigurationException;
import io.dragoman.quota.QuotaConfig;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The grid's own configuration, which all nodes of a cluster share, and what a node adds to it. */
public final class GridFile {
  private static final String MAJORITY = "majority";

  private GridFile() {}

  /** What is wrong with it, a sentence each; nothing where it can be used. */
  public static List<String> mistakes(Path file) {
    try {
      new YamlConfigBuilder(file.toString()).build();
      return List.of();
    } catch (SchemaViolationConfigurationException e) {
      return leaves(e).map(leaf -> "%s: %s.".formatted(file, describe(leaf))).toList();
    } catch (InvalidConfigurationException e) {
      return List.of("%s: %s.".formatted(file, root(e)));
    } catch (IOException e) {
      return List.of("%s cannot be read.".formatted(file));
    }
  }

  /**
   * @throws IOException with a sentence for a human
   */
  private static Config load(Path file) throws IOException {
    List<String> mistakes = mistakes(file);
    if (!mistakes.isEmpty()) {
      throw new IOException(String.join(" ", mistakes));
    }
    return new YamlConfigBuilder(file.toString()).build();
  }

  /**
   * What a node joins the grid with.
   *
   * @param node its name in this life
   * @throws IOException with a sentence for a human
   */
  static Config member(GridConfig config, QuotaConfig quota, String node) throws IOException {
    Config member = load(config.file());
    member.setInstanceName(node);
    member.getMemberAttributeConfig().setAttribute(Grid.NODE, node);
    member.getMemberAttributeConfig().setAttribute(Grid.PLACE, config.place());
    Terms.tell(member.getMemberAttributeConfig(), quota);
    place(member.getNetworkConfig(), config);
    // A "majority" of one node would protect from nothing, and the grid refuses it.
    member
        .getSplitBrainProtectionConfig(MAJORITY)
        .setEnabled(config.majority() > 1)
        .setMinimumClusterSize(Math.max(2, config.majority()));
    // As many as make the copies of an entry a majority of the cluster, so that no majority lacks
    // one.
    int backups = Math.min(MapConfig.MAX_BACKUP_COUNT, config.majority() - 1);
    // Nobody believes a copy of a ledger that is not sealed, so nobody need wait for one.
    member.getMapConfig(GridQuota.MAP).setBackupCount(0).setAsyncBackupCount(backups);
    member.getMapConfig(GridSessionRegistry.MAP).setBackupCount(backups);
    GridSessionWindows.configure(member.getMapConfig(GridSessionWindows.MAP), Math.min(1, backups));
    member.addExecutorConfig(GridClusterView.executor());
    return member;
  }

  private static void place(NetworkConfig network, GridConfig config) throws UnknownHostException {
    String address = config.address().getHostAddress();
    network.setPort(config.port()).setPublicAddress(address + ":" + config.port());
    network.getInterfaces().setEnabled(true).clear().addInterface(address);
    network.getJoin().getTcpIpConfig().setMembers(config.members());
  }

  private static Stream<SchemaViolationConfigurationException> leaves(
      SchemaViolationConfigurationException e) {
    return e.getErrors().isEmpty()
        ? Stream.of(e)
        : e.getErrors().stream().flatMap(GridFile::leaves);
  }

  /** The place is a JSON pointer, such as {@code #/hazelcast/network}. */
  private static String describe(SchemaViolationConfigurationException leaf) {
    String place = leaf.getInstanceLocation().replaceFirst("^#/?", "").replace('/', '.');
    return place.isEmpty() ? String.valueOf(leaf.getMessage()) : place + ": " + leaf.getMessage();
  }

  private static String root(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof ClassCastException
        ? "a mapping is needed, which begins with \"hazelcast:\""
        : String.valueOf(cause.getMessage()).strip().replaceAll("\\s+", " ");
  }
}
