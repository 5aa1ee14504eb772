package io.dragoman;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The first article of the Universal Declaration of Human Rights in 26 languages of 18 scripts: one
 * meaning, so that what a language costs can be compared. {@code article-1.tsv} has a line for
 * each.
 *
 * @param o200k its tokens in o200k_base, as OpenAI's own tokenizer (tiktoken 0.14.0) counts them
 * @param cl100k likewise, in cl100k_base
 */
public record ArticleOne(String language, int o200k, int cl100k, String text) {

  public static List<ArticleOne> inAllLanguages() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(ArticleOne.class.getResourceAsStream("article-1.tsv")),
                StandardCharsets.UTF_8))) {
      return lines.lines().map(line -> line.split("\t", -1)).map(ArticleOne::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ArticleOne read(String[] columns) {
    return new ArticleOne(
        columns[0], Integer.parseInt(columns[1]), Integer.parseInt(columns[2]), columns[3]);
  }

  public int bytes() {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
