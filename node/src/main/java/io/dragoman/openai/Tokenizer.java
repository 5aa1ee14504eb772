package io.dragoman.openai;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Counts tokens as a model's tokenizer cuts them, and never fewer than the upstream charges.
 *
 * <p>OpenAI counts a request twice. Its rate limiter does so before any tokenizer runs, and
 * estimates a token for every four characters; what was used is told afterwards. Long words may
 * have fewer tokens than the estimate, so a text counts for the larger of the two, with bytes in
 * place of characters.
 *
 * <p>Where a model's name is unknown its tokenizer is too, and each byte counts as a token: none
 * that falls back to bytes can need more.
 *
 * <p>Immutable and thread-safe. A vocabulary is read once in a process, when its first tokenizer is
 * made.
 */
public final class Tokenizer {

  /** What a prompt has beside its messages: the beginning of the reply. */
  public static final int REPLY = 3;

  /** What a message has beside its text: its role, which is one token, and what frames it. */
  private static final int MESSAGE = 4;

  private static final int BYTES_PER_ESTIMATED_TOKEN = 4;

  // A gateway may put the vendor before the name; dates, sizes and a fine-tuning's owner follow it.
  private static final Pattern O200K =
      Pattern.compile(
          "(?:[\\w.-]+/)?(?:ft:)?(?:(?:chat)?gpt-4o|gpt-4\\.[15]|gpt-5(?:\\.\\d+)?|o[134])(?:[-:].*)?");

  private static final Pattern CL100K =
      Pattern.compile("(?:[\\w.-]+/)?(?:ft:)?(?:gpt-4|gpt-3\\.5|gpt-35)(?:[-:].*)?");

  private static final EncodingRegistry ENCODINGS = Encodings.newLazyEncodingRegistry();

  /** Null for a model that is not known. */
  private final @Nullable Encoding encoding;

  private Tokenizer(@Nullable Encoding encoding) {
    this.encoding = encoding;
  }

  /** The tokenizer of a model, by the model's name. Reads its vocabulary, if nobody did yet. */
  public static Tokenizer of(String model) {
    EncodingType type = type(model);
    return new Tokenizer(type == null ? null : ENCODINGS.getEncoding(type));
  }

  /** Whether a model's name tells how it cuts its tokens. */
  public static boolean knows(String model) {
    return type(model) != null;
  }

  private static @Nullable EncodingType type(String model) {
    if (O200K.matcher(model).matches()) {
      return EncodingType.O200K_BASE;
    }
    return CL100K.matcher(model).matches() ? EncodingType.CL100K_BASE : null;
  }

  /** The tokens of a text. */
  public int text(String text) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    // Ordinary: whoever says "<|endoftext|>" is taken by his words.
    return encoding == null
        ? bytes
        : Math.max(
            encoding.countTokensOrdinary(text), Math.ceilDiv(bytes, BYTES_PER_ESTIMATED_TOKEN));
  }

  /** The tokens that a message with this text adds to a prompt. */
  public int message(String text) {
    return MESSAGE + text(text);
  }
}
