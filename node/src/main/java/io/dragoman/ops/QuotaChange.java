package io.dragoman.ops;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/** What {@code PUT /v1/quota} made of the limits: what they were, and what they are now. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record QuotaChange(QuotaLimits from, QuotaLimits to) {}
