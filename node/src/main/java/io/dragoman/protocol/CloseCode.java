package io.dragoman.protocol;

/** Why a connection was closed. */
public enum CloseCode {
  ENDED(1000),
  PROTOCOL_ERROR(1002),
  INVALID_UTF8(1007),
  MOVING(1012),
  BAD_MESSAGE(4400),
  NOT_AUTHENTICATED(4401),
  NOT_ALLOWED(4403),
  RESUME_EXPIRED(4404),
  IDLE(4408),
  TAKEN_OVER(4409),
  TOO_BIG(4413),
  FULL(4429),
  SLOW_READER(4490),
  INTERNAL(4500);

  private final int code;

  CloseCode(int code) {
    this.code = code;
  }

  /** The code in the close frame. */
  public int code() {
    return code;
  }
}
