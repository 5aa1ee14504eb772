package io.dragoman.pipeline;

import io.dragoman.openai.ApiResult;
import io.dragoman.openai.ChatRequest;
import io.dragoman.openai.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.ToIntFunction;

/**
 * The instructions for one role and language, and the room for its answers. Used by one thread.
 *
 * <p>The first sentence names the task and the languages with their tags, in a form that the OpenAI
 * stand-in reads as well.
 *
 * <p>The upstream charges all the room that an answer is given, used or not. A correction has room
 * for twice the tokens of its text. A translation has room for two tokens a byte, since its text
 * says nothing of how the tokenizer cuts the other language: that is seven times what Spanish
 * needs, and enough for what people say in nearly every language that is written. The rest are
 * those that a tokenizer spells byte by byte, and there an answer that was cut off doubles the
 * room, twice at most. docs/decisions/0013-counting-tokens.md has the measurements.
 */
final class Prompt {

  /** Room for any answer, so that the shortest text may have a long one. */
  private static final int LEAST_ROOM = 64;

  /** What every chat model can answer at most, so that none refuses the request. */
  private static final int MOST_ROOM = 4_096;

  /** Room for each unit of a text: a byte of what is translated, a token of what is corrected. */
  private static final int USUAL = 2;

  private static final int WIDEST = 4 * USUAL;

  private final String model;
  private final String instructions;
  private final Tokenizer tokenizer;
  private final ToIntFunction<String> size;

  /** The tokens of every prompt beside its text's. */
  private final int constantTokens;

  private int width = USUAL;

  private Prompt(
      String model, String instructions, Tokenizer tokenizer, ToIntFunction<String> size) {
    this.model = model;
    this.instructions = instructions;
    this.tokenizer = tokenizer;
    this.size = size;
    this.constantTokens = tokenizer.message(instructions) + Tokenizer.REPLY;
  }

  /**
   * A request, and what it costs.
   *
   * @param tokens an upper bound of what the upstream charges: prompt and longest answer
   */
  record Priced(ChatRequest request, int tokens) {}

  static Prompt translate(String model, String from, String to) {
    return new Prompt(
        model,
        "Translate the user's text from %s into %s. It is live speech, as a recogniser heard it, and may break off in the middle of a sentence: translate what is there, and add nothing. Answer with the translation only."
            .formatted(name(from), name(to)),
        Tokenizer.of(model),
        text -> text.getBytes(StandardCharsets.UTF_8).length);
  }

  static Prompt correct(String model, String language) {
    Tokenizer tokenizer = Tokenizer.of(model);
    return new Prompt(
        model,
        "Correct the user's text, which is live speech in %s, as a recogniser heard it. Mend grammar, punctuation and words that were clearly misheard; change nothing else, keep its meaning and its tone, and do not finish a sentence that breaks off. Answer with the corrected text only."
            .formatted(name(language)),
        tokenizer,
        tokenizer::text);
  }

  Priced about(String text) {
    int room = Math.min(LEAST_ROOM + width * size.applyAsInt(text), MOST_ROOM);
    return new Priced(
        new ChatRequest(model, instructions, text, room),
        constantTokens + tokenizer.message(text) + room);
  }

  /**
   * Learns from an answer whether there is room enough. One that fills the widest room is no
   * translation: the model repeats itself, and more room would not help.
   */
  void answered(ApiResult result) {
    if (result instanceof ApiResult.Incomplete incomplete && incomplete.cutOff()) {
      width = width < WIDEST ? 2 * width : USUAL;
    }
  }

  private static String name(String tag) {
    return "%s (%s)".formatted(Locale.forLanguageTag(tag).getDisplayLanguage(Locale.ENGLISH), tag);
  }
}
