package io.dragoman.chaos;

/** The program's entry point. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(ChaosCommand.run(args));
  }
}
