package io.dragoman.quota;

/**
 * Requests that were permitted and of which there is no proof yet that they have arrived, in the
 * order of their permits. Not thread-safe.
 *
 * <p>A ring of plain arrays, so that a permit costs no object.
 */
final class InFlight {
  private static final int FIRST_SIZE = 64;
  private static final long DONE = -1;

  private long[] permittedAt = new long[FIRST_SIZE];

  /** The tokens that are still held for the request; {@link #DONE} when it is over. */
  private long[] tokens = new long[FIRST_SIZE];

  private boolean[] proven = new boolean[FIRST_SIZE];

  /** The ids from {@code first} on to before {@code next} are in the ring. */
  private long first;

  private long next;
  private long heldRequests;
  private long heldTokens;

  /** Takes in a request; its id is never used again. */
  long add(long at, long reserved) {
    if (next - first == tokens.length) {
      grow();
    }
    int place = place(next);
    permittedAt[place] = at;
    tokens[place] = reserved;
    proven[place] = false;
    heldRequests += Amount.REQUEST;
    heldTokens += reserved;
    return next++;
  }

  /** What may still arrive. */
  Amount held() {
    return new Amount(heldRequests, heldTokens);
  }

  boolean isOpen(long id) {
    return id >= first && id < next && tokens[place(id)] != DONE;
  }

  boolean isProven(long id) {
    return proven[place(id)];
  }

  long permittedAt(long id) {
    return permittedAt[place(id)];
  }

  long tokens(long id) {
    return tokens[place(id)];
  }

  /** The request has arrived; its tokens may still be held until its usage is known. */
  void prove(long id) {
    proven[place(id)] = true;
    heldRequests -= Amount.REQUEST;
  }

  /** Nothing of it is held any more. */
  void close(long id) {
    int place = place(id);
    heldTokens -= tokens[place];
    if (!proven[place]) {
      heldRequests -= Amount.REQUEST;
    }
    tokens[place] = DONE;
    while (first < next && tokens[place(first)] == DONE) {
      first++;
    }
  }

  /** The oldest request that is not over, or -1. */
  long oldest() {
    return first < next ? first : -1;
  }

  private int place(long id) {
    return (int) (id & (tokens.length - 1));
  }

  private void grow() {
    int size = tokens.length * 2;
    long[] newPermitted = new long[size];
    long[] newTokens = new long[size];
    boolean[] newProven = new boolean[size];
    for (long id = first; id < next; id++) {
      int to = (int) (id & (size - 1));
      newPermitted[to] = permittedAt[place(id)];
      newTokens[to] = tokens[place(id)];
      newProven[to] = proven[place(id)];
    }
    permittedAt = newPermitted;
    tokens = newTokens;
    proven = newProven;
  }
}
