/**
 * The language model: pooled connections to an OpenAI-compatible server, and what its answers say.
 * A leaf.
 */
@NullMarked
package io.dragoman.openai;

import org.jspecify.annotations.NullMarked;
