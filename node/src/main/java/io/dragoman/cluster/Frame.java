package io.dragoman.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * How a value lies in bytes among others, which may follow it: how many bytes it takes, and these.
 *
 * <p>So a release that adds a field puts it at the end of a frame: an older one passes over what
 * follows after the last field that it knows, and a newer one gives the field a default where the
 * frame of an older one ends before it ({@link #goesOn}).
 */
final class Frame {
  private Frame() {}

  /** Puts the fields of a value one after another. */
  interface Writer<T> {
    void write(DataOutput out, T value) throws IOException;
  }

  /** Takes the fields out of a frame, and nothing beyond it. */
  interface Reader<T> {
    T read(DataInputStream in) throws IOException;
  }

  static <T> void write(DataOutput out, T value, Writer<T> writer) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    writer.write(new DataOutputStream(bytes), value);
    out.writeInt(bytes.size());
    out.write(bytes.toByteArray());
  }

  static <T> T read(DataInput in, Reader<T> reader) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return reader.read(new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  /** Whether a frame has what was added at its end. */
  static boolean goesOn(DataInputStream in) throws IOException {
    return in.available() > 0;
  }

  /** How many there are, and a frame for each. */
  static <T> void writeList(DataOutput out, List<T> values, Writer<T> each) throws IOException {
    out.writeInt(values.size());
    for (T value : values) {
      write(out, value, each);
    }
  }

  static <T> List<T> readList(DataInputStream in, Reader<T> each) throws IOException {
    List<T> values = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      values.add(read(in, each));
    }
    return values;
  }

  static void writeText(DataOutput out, String text) throws IOException {
    write(out, text, Frame::writeCharacters);
  }

  static String readText(DataInputStream in) throws IOException {
    return read(in, Frame::readCharacters);
  }

  static void writeTexts(DataOutput out, List<String> texts) throws IOException {
    writeList(out, texts, Frame::writeCharacters);
  }

  static List<String> readTexts(DataInputStream in) throws IOException {
    return readList(in, Frame::readCharacters);
  }

  private static void writeCharacters(DataOutput out, String text) throws IOException {
    out.write(text.getBytes(UTF_8));
  }

  private static String readCharacters(DataInputStream in) throws IOException {
    return new String(in.readAllBytes(), UTF_8);
  }
}
