package io.dragoman.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.openqa.selenium.chrome.ChromeDriver;

/**
 * A person at the captions page: a node with stand-ins behind it, and a browser that shows its
 * page.
 */
record Visit(LoneNode node, ChromeDriver browser, Page page) implements AutoCloseable {

  /**
   * Starts both.
   *
   * @param keys of the node's configuration
   * @param preferences of the browser's profile
   * @param arguments of the browser
   */
  static Visit start(
      Path directory,
      Map<String, Object> keys,
      Map<String, Object> preferences,
      String... arguments)
      throws IOException {
    ChromeDriver browser = Chromium.start(preferences, arguments);
    try {
      LoneNode node = LoneNode.start(directory, keys);
      return new Visit(node, browser, new Page(browser, node.listen()));
    } catch (IOException | RuntimeException | Error e) {
      browser.quit();
      throw e;
    }
  }

  @Override
  public void close() {
    browser.quit();
    node.close();
  }
}
