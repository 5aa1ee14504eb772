package io.dragoman.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.MemberAttributeConfig;
import io.dragoman.quota.QuotaConfig;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What every node of a cluster keeps the quota's books by, as members tell each other: keys of the
 * configuration and their values. A node that differs must stay outside: the grid might make it the
 * ledger's owner, and then it would refuse all the others, or book less than they use.
 */
final class Terms {
  private Terms() {}

  private static Map<String, String> of(QuotaConfig quota) {
    return new TreeMap<>(
        Map.of(
            "openai.timeout_s",
            BigDecimal.valueOf(quota.longestCall().toMillis(), 3)
                .stripTrailingZeros()
                .toPlainString(),
            "quota.charge",
            quota.charge().name().toLowerCase(Locale.ROOT)));
  }

  /** Has a member tell them. */
  static void tell(MemberAttributeConfig member, QuotaConfig quota) {
    of(quota).forEach(member::setAttribute);
  }

  /**
   * Where a node differs from those that were here before it, for a human: all its differences from
   * the first of them that it differs from. What another one does not tell, as of another release,
   * is taken for the same.
   *
   * @param members in the order in which they joined
   */
  static List<String> differences(QuotaConfig quota, Set<Member> members) {
    return members.stream()
        .takeWhile(member -> !member.localMember())
        .map(member -> differences(of(quota), member))
        .filter(differences -> !differences.isEmpty())
        .findFirst()
        .orElse(List.of());
  }

  private static List<String> differences(Map<String, String> here, Member other) {
    List<String> differences = new ArrayList<>();
    here.forEach(
        (key, value) -> {
          String there = other.getAttribute(key);
          if (there != null && !there.equals(value)) {
            differences.add(
                "%s is %s here and %s on %s"
                    .formatted(key, value, there, other.getAttribute(Grid.NODE)));
          }
        });
    return differences;
  }
}
