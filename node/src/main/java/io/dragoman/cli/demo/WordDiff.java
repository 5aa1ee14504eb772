package io.dragoman.cli.demo;

import java.util.List;

/**
 * How received words differ from expected ones, by the longest alignment of the two.
 *
 * @param lost expected words that nothing matches
 * @param doubled received words beyond those that match
 */
record WordDiff(int lost, int doubled) {

  /**
   * Myers' greedy comparison ("An O(ND) difference algorithm and its variations", 1986): linear
   * where little differs, as it is when all goes well.
   */
  static WordDiff between(List<String> expected, List<String> received) {
    int edits = shortestEdit(expected.toArray(String[]::new), received.toArray(String[]::new));
    int matched = (expected.size() + received.size() - edits) / 2;
    return new WordDiff(expected.size() - matched, received.size() - matched);
  }

  private static int shortestEdit(String[] from, String[] to) {
    int most = from.length + to.length;
    int[] furthest = new int[2 * most + 3];
    for (int edits = 0; edits < most; edits++) {
      for (int k = -edits; k <= edits; k += 2) {
        int at = most + 1 + k;
        boolean down = k == -edits || (k != edits && furthest[at - 1] < furthest[at + 1]);
        int x = down ? furthest[at + 1] : furthest[at - 1] + 1;
        int y = x - k;
        while (x < from.length && y < to.length && from[x].equals(to[y])) {
          x++;
          y++;
        }
        furthest[at] = x;
        if (x >= from.length && y >= to.length) {
          return edits;
        }
      }
    }
    return most;
  }
}
