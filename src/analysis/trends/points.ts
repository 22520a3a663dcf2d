/** The values that a series has, by ascending day; `days` are indexes of the series. */
export type Points = { days: Float64Array; values: Float64Array };

/** The days that carry a value. Infinities count as missing: they have no place on a line. */
export function collectPoints(values: Float64Array): Points {
  const days = new Float64Array(values.length);
  const present = new Float64Array(values.length);
  let n = 0;
  for (let day = 0; day < values.length; day++) {
    if (!Number.isFinite(values[day]!)) continue;
    days[n] = day;
    present[n++] = values[day]!;
  }
  return { days: days.subarray(0, n), values: present.subarray(0, n) };
}

/**
 * The values in another `unit` where differences of theirs would overflow or slopes lose digits, that is close to the
 * ends of the range of doubles: a power of two, which costs no digit. Elsewhere 1, so that one huge outlier does not
 * push the others off the small end.
 */
export function spareRange(values: Float64Array): { unit: number; values: Float64Array } {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  if (largest > 2 ** 1000) return { unit: 2 ** 30, values: values.map((value) => value / 2 ** 30) };
  if (largest < 2 ** -900) return { unit: 2 ** -900, values: values.map((value) => value * 2 ** 900) };
  return { unit: 1, values };
}
