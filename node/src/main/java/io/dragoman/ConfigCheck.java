package io.dragoman;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration comes to on this machine. All are sentences.
 *
 * @param config what a node would use; null where the file cannot be read at all
 * @param mistakes what a node refuses to start on
 * @param missing what a node needs beside, and is not set here: credentials
 * @param notes what is right, but perhaps not meant
 */
public record ConfigCheck(
    @Nullable NodeConfig config, List<String> mistakes, List<String> missing, List<String> notes) {}
