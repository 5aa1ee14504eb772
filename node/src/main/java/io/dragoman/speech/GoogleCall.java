package io.dragoman.speech;

import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.BidiStreamObserver;
import com.google.api.gax.rpc.BidiStreamingCallable;
import com.google.api.gax.rpc.ClientStream;
import com.google.api.gax.rpc.StatusCode.Code;
import com.google.api.gax.rpc.StreamController;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One streaming call without callbacks: one thread sends and polls, and is woken when there is
 * something new. At most one response waits here; the others are held back at the service.
 */
final class GoogleCall
    implements BidiStreamObserver<StreamingRecognizeRequest, StreamingRecognizeResponse> {

  /** How a call ended; OK when the service had said everything. */
  record End(Code code, String message) {}

  private static final int LONGEST_MESSAGE = 300;

  private static final Runnable NOBODY = () -> {};

  private volatile Runnable wake;
  private volatile @Nullable StreamController controller;
  private volatile @Nullable ClientStream<StreamingRecognizeRequest> out;

  /** Written by gRPC only after {@link #poll} has emptied it and asked for another. */
  private volatile @Nullable StreamingRecognizeResponse response;

  private volatile @Nullable End end;

  GoogleCall(Runnable wake) {
    this.wake = wake;
  }

  void open(BidiStreamingCallable<StreamingRecognizeRequest, StreamingRecognizeResponse> callable) {
    callable.call(this);
  }

  /** Whether a message would leave now; otherwise it would only queue here. */
  boolean isReady() {
    var stream = out;
    return stream != null && stream.isSendReady();
  }

  void send(StreamingRecognizeRequest request) {
    Objects.requireNonNull(out, "not ready").send(request);
  }

  /** Says that nothing more is sent. The service then says what it still has, and ends the call. */
  void halfClose() {
    Objects.requireNonNull(out, "not ready").closeSend();
  }

  /** The next response, or null when none is here. */
  @Nullable StreamingRecognizeResponse poll() {
    var next = response;
    if (next != null) {
      response = null;
      Objects.requireNonNull(controller).request(1);
    }
    return next;
  }

  /** How the call ended, or null while it lives. No response comes after it was seen. */
  @Nullable End end() {
    return end;
  }

  /**
   * Abandons the call unless it has ended. What the service still had to say is lost. Google's
   * library keeps the last call of every connection, which must not keep whom it woke.
   */
  void abandon() {
    wake = NOBODY;
    var started = controller;
    if (end == null && started != null) {
      started.cancel();
    }
  }

  @Override
  public void onStart(StreamController started) {
    started.disableAutoInboundFlowControl();
    started.request(1);
    controller = started;
  }

  @Override
  public void onReady(ClientStream<StreamingRecognizeRequest> stream) {
    out = stream;
    wake.run();
  }

  @Override
  public void onResponse(StreamingRecognizeResponse next) {
    response = next;
    wake.run();
  }

  @Override
  public void onError(Throwable failure) {
    Code code =
        failure instanceof ApiException known ? known.getStatusCode().getCode() : Code.UNKNOWN;
    end(new End(code, message(failure)));
  }

  /** What is behind it: of a connection that broke, gRPC itself says only "io exception". */
  private static String message(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message =
        String.valueOf(root.getMessage())
            .replaceFirst("^[A-Z_]+: |^.* failed with error\\(-?[0-9]+\\): ", "");
    return message.substring(0, Math.min(message.length(), LONGEST_MESSAGE));
  }

  @Override
  public void onComplete() {
    end(new End(Code.OK, ""));
  }

  private void end(End how) {
    end = how;
    wake.run();
  }
}
