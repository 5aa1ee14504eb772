// A whole client: speaks a WAV file (16-bit PCM, one channel) to a node in real time, and prints its sentences.
import java.net.http.*;
import javax.sound.sampled.*;
void main(String[] args) throws InterruptedException {
  if (args.length != 3) { IO.println("usage: java Captions.java ws://127.0.0.1:8080 talk.wav es"); System.exit(2); }
  var ended = new CompletableFuture<String>();
  var listener = new WebSocket.Listener() {
    final Pattern sentence = Pattern.compile("\"role\":\"(\\w+)\".*\"text\":\"((?:[^\"\\\\]|\\\\.)*)\"|\"type\":\"error\".*");
    final StringBuilder message = new StringBuilder();
    public CompletionStage<?> onText(WebSocket ws, CharSequence part, boolean last) {
      var found = sentence.matcher(message.append(part));
      if (last && found.find()) IO.println(found.group(1) == null ? message : found.group(1) + ": " + plain(found.group(2)));
      if (last) message.setLength(0);
      return WebSocket.Listener.super.onText(ws, part, last);
    }
    public CompletionStage<?> onClose(WebSocket ws, int code, String reason) { ended.complete(code + " " + reason); return null; }
    public void onError(WebSocket ws, Throwable error) { ended.complete("the connection broke, " + error); }
  };
  try (var wav = AudioSystem.getAudioInputStream(new File(args[1])); var http = HttpClient.newHttpClient()) {
    int rate = (int) wav.getFormat().getSampleRate();
    var ws = http.newWebSocketBuilder().buildAsync(URI.create(args[0] + "/v1/session?sid=" + UUID.randomUUID()), listener).join();
    ws.sendText("""
        {"type": "session.start", "kind": "translation", "source": ["en-US"], "targets": [{"lang": "%s"}], "audio": {"encoding": "pcm_s16le", "sample_rate": %d, "channels": 1}}""".formatted(args[2], rate), true).join();
    for (byte[] pcm; (pcm = wav.readNBytes(rate / 10 * 2)).length > 0; Thread.sleep(100)) ws.sendBinary(ByteBuffer.wrap(pcm), true).join();
    IO.println("closed: " + ws.sendText("{\"type\": \"session.end\"}", true).thenCompose(sent -> ended).join());
  } catch (CompletionException | IllegalArgumentException e) { IO.println(ended.isDone() ? "closed: " + ended.join() : "no node at " + args[0] + ": " + e.getMessage());
  } catch (IOException | UnsupportedAudioFileException e) { IO.println(args[1] + " cannot be read: " + e.getMessage()); }
}
String plain(String json) { return Pattern.compile("\\\\(?:u(....)|.)").matcher(json).replaceAll(escape -> Matcher.quoteReplacement(
    escape.group(1) != null ? "" + (char) Integer.parseInt(escape.group(1), 16) : escape.group().replace("\\/", "/").translateEscapes())); }
