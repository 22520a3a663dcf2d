/** Turns numbers of the normalized scale into the metric's: `size` is for errors, `value` for values. */
export type MetricUnits = { size: (scaled: number) => number; value: (scaled: number) => number };

/**
 * The way back from `normalizeScale`. No number leaves the range of doubles. A forecast below zero of what never was
 * (steps, minutes, ratings) is zero, and one above zero of what was never more; nothing else about a metric's natural
 * bounds can be told from its values.
 */
export function metricUnits(values: Float64Array, normalized: Float64Array): MetricUnits {
  const unit = largest(values) / largest(normalized);
  const isNever = (test: (value: number) => boolean) => !values.some(test);
  const least = isNever((value) => value < 0) ? 0 : -Number.MAX_VALUE;
  const greatest = isNever((value) => value > 0) ? 0 : Number.MAX_VALUE;
  return {
    size: (scaled) => Math.min(Number.MAX_VALUE, scaled * unit),
    value: (scaled) => Math.min(greatest, Math.max(least, scaled * unit)),
  };
}

function largest(values: Float64Array): number {
  let found = 0;
  for (const value of values) if (Math.abs(value) > found) found = Math.abs(value);
  return found;
}
