package io.dragoman.pipeline;

import io.dragoman.openai.ChatRequest;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The instructions for one role and language.
 *
 * <p>The first sentence names the task and the languages with their tags, in a form that the OpenAI
 * stand-in reads as well.
 */
record Prompt(String model, String instructions) {

  /** What a message costs beside its text, generously. */
  private static final int TOKENS_PER_MESSAGE = 8;

  /**
   * No tokenizer of a current model needs more tokens than a third of the bytes for text as people
   * speak it.
   */
  private static final int BYTES_PER_TOKEN = 3;

  static Prompt translate(String model, String from, String to) {
    return new Prompt(
        model,
        "Translate the user's text from %s into %s. It is live speech, as a recogniser heard it, and may break off in the middle of a sentence: translate what is there, and add nothing. Answer with the translation only."
            .formatted(name(from), name(to)));
  }

  static Prompt correct(String model, String language) {
    return new Prompt(
        model,
        "Correct the user's text, which is live speech in %s, as a recogniser heard it. Mend grammar, punctuation and words that were clearly misheard; change nothing else, keep its meaning and its tone, and do not finish a sentence that breaks off. Answer with the corrected text only."
            .formatted(name(language)));
  }

  ChatRequest about(String text) {
    return new ChatRequest(model, instructions, text, maxCompletionTokens(text));
  }

  /**
   * An upper bound of what the upstream charges for a request about {@code text}: prompt and
   * longest answer.
   */
  int tokens(String text) {
    return tokensOf(instructions) + tokensOf(text) + maxCompletionTokens(text);
  }

  /** Room for an answer with a token for every byte of its text, which no language needs. */
  private static int maxCompletionTokens(String text) {
    return 64 + bytes(text);
  }

  private static int tokensOf(String message) {
    return TOKENS_PER_MESSAGE + Math.ceilDiv(bytes(message), BYTES_PER_TOKEN);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String name(String tag) {
    return "%s (%s)".formatted(Locale.forLanguageTag(tag).getDisplayLanguage(Locale.ENGLISH), tag);
  }
}
