package io.dragoman.cli;

/** How every command ends. The root command's help lists the same. */
public final class ExitCode {
  /** Done, and well. */
  public static final int OK = 0;

  /** It ran, but failed, or what came out is not as it must be. */
  public static final int FAILED = 1;

  /** The command line or the configuration is wrong. */
  public static final int USAGE = 2;

  /** Something that it needs is missing: a file, a key, a free port, a server that answers. */
  public static final int UNAVAILABLE = 3;

  /** Ctrl-C came before there was anything to tell. */
  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
