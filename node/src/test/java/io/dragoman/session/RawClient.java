package io.dragoman.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket client made of nothing but a socket, so that it can send anything: it frames, masks
 * and closes as it is told, and answers neither pings nor closes by itself.
 */
final class RawClient implements AutoCloseable {
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;
  static final int LAST = 0x80;
  static final String START =
      """
      {"type":"session.start","kind":"translation","audio":{"encoding":"pcm_s16le","sample_rate":24000,"channels":1},
       "source":["en-US"],"targets":[{"lang":"es"}],"correct":true}""";

  /** A client that still waits after so long waits in vain. */
  private static final Duration LIFE = Duration.ofSeconds(90);

  private static final ObjectMapper JSON = new ObjectMapper();

  static JsonNode json(String text) throws IOException {
    return JSON.readTree(text);
  }

  /** A frame that the node sent. */
  record Seen(int opcode, byte[] payload) {
    JsonNode json() throws IOException {
      return JSON.readTree(payload);
    }

    boolean isMessage(String type) throws IOException {
      return opcode == TEXT && json().path("type").asText().equals(type);
    }

    int closeCode() {
      return payload.length == 0 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xffff;
    }
  }

  /**
   * All that came until the connection's end.
   *
   * @param closeCode null when no close frame came
   * @param reset whether the connection was not ended but broken
   */
  record Ending(
      List<JsonNode> messages, @Nullable Integer closeCode, String closeReason, boolean reset) {
    List<JsonNode> of(String type) {
      return messages.stream().filter(m -> m.path("type").asText().equals(type)).toList();
    }

    String errorCode() {
      List<JsonNode> errors = of("error");
      return errors.isEmpty() ? "none" : errors.getLast().path("code").asText();
    }
  }

  private final long connectedAt = System.nanoTime();
  final Socket socket;
  private final OutputStream out;
  private final DataInputStream in;

  /** The answer to the handshake, up to the empty line. */
  final String answer;

  private RawClient(Socket socket, String request) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(60_000);
    socket.setTcpNoDelay(true);
    out = socket.getOutputStream();
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    out.write(request.getBytes(ISO_8859_1));
    answer = head(in);
  }

  /** Connects with a handshake as a library would make it. */
  static RawClient connect(int port, String sid, String... headers) throws IOException {
    RawClient client =
        new RawClient(socket(port), handshake(port, "/v1/session?sid=" + sid, headers));
    if (!client.answer.startsWith("HTTP/1.1 101 ")) {
      throw new IOException("no WebSocket: " + client.answer);
    }
    return client;
  }

  /** Connects, says hello, and waits until the session runs. */
  static RawClient started(int port, String sid) throws IOException {
    RawClient client = connect(port, sid);
    client.text(START);
    client.await("session.started");
    return client;
  }

  /** Sends any request, and reads the head of what is answered. */
  static RawClient request(int port, String request) throws IOException {
    return new RawClient(socket(port), request);
  }

  static String handshake(int port, String target, String... headers) {
    return """
        GET %s HTTP/1.1
        Host: 127.0.0.1:%d
        Upgrade: websocket
        Connection: Upgrade
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
        %s
        """
        .formatted(target, port, headers.length == 0 ? "" : String.join("\n", headers) + "\n")
        .replace("\n", "\r\n");
  }

  /** One with buffers that are soon full. */
  static Socket socket(int port) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4_096);
    socket.connect(new InetSocketAddress("127.0.0.1", port), 60_000);
    return socket;
  }

  void raw(byte... bytes) throws IOException {
    out.write(bytes);
  }

  /**
   * Sends a frame, masked and otherwise as it is said.
   *
   * @param first its first byte: {@link #LAST}, reserved bits, opcode
   */
  void frame(int first, byte[] payload) throws IOException {
    out.write(masked(first, payload));
  }

  static byte[] masked(int first, byte[] payload) {
    ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) first);
    if (payload.length < 126) {
      frame.put((byte) (0x80 | payload.length));
    } else if (payload.length < 65_536) {
      frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
    } else {
      frame.put((byte) (0x80 | 127)).putLong(payload.length);
    }
    byte[] key = new byte[4];
    ThreadLocalRandom.current().nextBytes(key);
    frame.put(key);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ key[i % 4]));
    }
    byte[] bytes = new byte[frame.position()];
    frame.flip().get(bytes);
    return bytes;
  }

  void text(String text) throws IOException {
    frame(LAST | TEXT, text.getBytes(UTF_8));
  }

  void audio(int bytes) throws IOException {
    frame(LAST | BINARY, new byte[bytes]);
  }

  void close(int code) throws IOException {
    frame(LAST | CLOSE, new byte[] {(byte) (code >>> 8), (byte) code});
  }

  /** Waits for the next frame; not for ever, though heartbeats may come for ever. */
  Seen next() throws IOException {
    if (System.nanoTime() - connectedAt > LIFE.toNanos()) {
      throw new IOException("what was waited for has not come within " + LIFE);
    }
    int first = in.readUnsignedByte();
    int length = in.readUnsignedByte();
    if ((first & 0x70) != 0 || (first & LAST) == 0 || length > 127) {
      throw new IOException("not a frame that a node may send: %x %x".formatted(first, length));
    }
    long size =
        switch (length) {
          case 126 -> in.readUnsignedShort();
          case 127 -> in.readLong();
          default -> length;
        };
    byte[] payload = new byte[Math.toIntExact(size)];
    in.readFully(payload);
    return new Seen(first & 0x0f, payload);
  }

  /** Waits for the next frame of a kind. */
  Seen next(int opcode) throws IOException {
    Seen seen;
    do {
      seen = next();
    } while (seen.opcode() != opcode);
    return seen;
  }

  /** Waits for a message; the others are passed over. */
  JsonNode await(String type) throws IOException {
    Seen seen;
    do {
      seen = next();
      if (seen.opcode() == CLOSE) {
        throw new IOException("closed with " + seen.closeCode() + " instead of " + type);
      }
    } while (!seen.isMessage(type));
    return seen.json();
  }

  /** Reads until the node has closed, answers its close, and waits for the connection's end. */
  Ending end() throws IOException {
    return end(true);
  }

  /**
   * @param answering whether the node's close is answered
   */
  Ending end(boolean answering) throws IOException {
    List<JsonNode> messages = new ArrayList<>();
    Integer code = null;
    String reason = "";
    while (true) {
      Seen seen;
      try {
        seen = next();
      } catch (EOFException | SocketException e) {
        return new Ending(messages, code, reason, e instanceof SocketException);
      }
      switch (seen.opcode()) {
        case TEXT -> messages.add(seen.json());
        case CLOSE -> {
          if (code != null) {
            throw new IOException("closed twice");
          }
          code = seen.closeCode();
          reason =
              code == 1005 ? "" : new String(seen.payload(), 2, seen.payload().length - 2, UTF_8);
          if (answering) {
            try {
              close(code == 1005 ? 1000 : code);
            } catch (SocketException e) {
              // The node did not wait.
            }
          }
        }
        default -> {}
      }
    }
  }

  /** All of what follows an HTTP head. */
  String body() throws IOException {
    return new String(in.readAllBytes(), UTF_8);
  }

  /** Says that nothing more is sent, and still listens. */
  void halfClose() throws IOException {
    socket.shutdownOutput();
  }

  /** Breaks the connection: the node sees a reset. */
  void abort() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("no answer but: " + head);
      }
      head.append((char) next);
    }
    return head.toString();
  }
}
