package io.dragoman.openai;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The {@code x-ratelimit-*} headers of a response; each is null where the upstream sent none. */
public record RateLimitHeaders(
    @Nullable Long limitRequests,
    @Nullable Long limitTokens,
    @Nullable Long remainingRequests,
    @Nullable Long remainingTokens,
    @Nullable Duration resetRequests,
    @Nullable Duration resetTokens) {}
