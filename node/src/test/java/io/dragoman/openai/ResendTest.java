package io.dragoman.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A call reaches the server once, whatever the server does: a second request has no permit. */
@Timeout(180)
final class ResendTest {

  private static final byte[] NOTHING = new byte[0];
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int GO_AWAY = 7;

  @Test
  void aRequestThatTheServerLeftUnprocessedIsNotSentAgain() throws Exception {
    try (Server server = new Server(true)) {
      assertEquals(1, arrivalsOfOneCall(server));
    }
  }

  @Test
  void aRequestOnAConnectionThatTheServerClosesIsNotSentAgain() throws Exception {
    try (Server server = new Server(false)) {
      assertEquals(1, arrivalsOfOneCall(server));
    }
  }

  private static int arrivalsOfOneCall(Server server) throws Exception {
    OpenAiConfig config =
        new OpenAiConfig(
            server.url(),
            "secret",
            1,
            1,
            Duration.ofSeconds(3),
            Duration.ofSeconds(60),
            OpenAiConfig.Rests.DEFAULT);
    try (OpenAiClient client = new OpenAiClient(config);
        OpenAi.Slot slot = client.tryReserve().orElseThrow()) {
      assertTrue(server.warm.await(60, TimeUnit.SECONDS));
      ApiResult result =
          slot.call(
              new ChatRequest("model", "instructions", "text", 50), System.nanoTime(), new Deaf());
      assertTrue(assertInstanceOf(ApiResult.Failed.class, result).sent(), result::toString);
    }
    return server.arrivals.get();
  }

  /**
   * Answers the request that warms a connection up, and no other: over HTTP/2 it says that it did
   * not process the next one, over HTTP/1.1 it just closes.
   */
  private static final class Server implements AutoCloseable {
    final AtomicInteger arrivals = new AtomicInteger();
    final CountDownLatch warm = new CountDownLatch(1);
    private final ServerSocket listening =
        new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final boolean http2;

    Server(boolean http2) throws IOException {
      this.http2 = http2;
      Thread.startVirtualThread(this::accept);
    }

    URI url() {
      return URI.create("http://127.0.0.1:" + listening.getLocalPort() + "/v1");
    }

    @Override
    public void close() throws IOException {
      listening.close();
    }

    private void accept() {
      try {
        while (true) {
          Socket socket = listening.accept();
          Thread.startVirtualThread(() -> serve(socket));
        }
      } catch (IOException e) {
        // The test is over.
      }
    }

    private void serve(Socket socket) {
      try (socket) {
        DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        if (head(in).startsWith("POST")) {
          arrivals.incrementAndGet();
        } else if (http2) {
          speakHttp2(in, out);
        } else {
          write(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
          warm.countDown();
          head(in);
          arrivals.incrementAndGet();
        }
      } catch (IOException e) {
        // The client has closed.
      }
    }

    /** The request that asked for HTTP/2 is its first stream, with the answer 200. */
    private void speakHttp2(DataInputStream in, DataOutputStream out) throws IOException {
      write(out, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
      frame(out, SETTINGS, 0, 0, NOTHING);
      int endStreamAndHeaders = 0x5;
      byte status200 = (byte) 0x88;
      frame(out, HEADERS, endStreamAndHeaders, 1, status200);
      in.readNBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length());
      while (true) {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        in.readInt();
        in.readNBytes(length);
        boolean acknowledges = type == SETTINGS && flags == 1;
        if (acknowledges) {
          warm.countDown();
        } else if (type == SETTINGS) {
          frame(out, SETTINGS, 1, 0, NOTHING);
        } else if (type == HEADERS) {
          arrivals.incrementAndGet();
          byte lastProcessed = 1;
          frame(out, GO_AWAY, 0, 0, new byte[] {0, 0, 0, lastProcessed, 0, 0, 0, 0});
        }
      }
    }

    private static void frame(
        DataOutputStream out, int type, int flags, int stream, byte... payload) throws IOException {
      out.writeShort(payload.length >> 8);
      out.writeByte(payload.length);
      out.writeByte(type);
      out.writeByte(flags);
      out.writeInt(stream);
      out.write(payload);
      out.flush();
    }

    private static void write(DataOutputStream out, String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }

    private static String head(DataInputStream in) throws IOException {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          throw new EOFException();
        }
        head.append((char) next);
      }
      return head.toString();
    }
  }

  private static final class Deaf implements ChatListener {
    @Override
    public void onArrival(RateLimitHeaders limits) {}

    @Override
    public void onText(String delta) {}
  }
}
