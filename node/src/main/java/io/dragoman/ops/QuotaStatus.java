package io.dragoman.ops;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * The limits of the cluster's quota, and how it stands: {@code GET /v1/quota}.
 *
 * @param remainingMs until the state ends by itself; 0 where it does not
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record QuotaStatus(QuotaLimits limits, String state, long remainingMs) {}
