package io.dragoman.ops;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.dragoman.quota.Limits;

/** The limits of the cluster's quota. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record QuotaLimits(long requestsPerMinute, long tokensPerMinute, long requestsPerSecond) {
  static QuotaLimits of(Limits limits) {
    return new QuotaLimits(limits.requests(), limits.tokens(), limits.requestsPerSecond());
  }
}
