import { describe, expect, it } from 'vitest';
import { calibrate } from '../../../src/analysis/forecasts/prediction-intervals.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';

describe('calibrate', () => {
  const shuffled = Float64Array.from({ length: 39 }, (_, i) => ((i * 16) % 39) - 19);

  it('spans the errors between the 5 % and the 95 % quantile, a little wider', () => {
    // -19..19: of 39 errors the 2nd from either end, at least 1 + 1/39 times as far.
    const { span } = calibrate(shuffled, 1, 0)!;
    expect(span.high).toBeGreaterThanOrEqual(18 * (1 + 1 / 39) - 1e-9);
    expect(span.high).toBeLessThan(18 * (1 + 1 / 10));
    expect(span.low).toBeCloseTo(-span.high, 12);
  });

  it('always spans the forecast itself', () => {
    const { span } = calibrate(
      shuffled.map((error) => error + 100),
      1,
      0,
    )!;
    expect(span.low).toBe(0);
    expect(span.high).toBeGreaterThan(118);
  });

  it('is silent while nineteen errors are not known in time', () => {
    const errors = new Float64Array(25).map((_, day) => (day % 2 === 0 ? 1 : -1));
    expect(calibrate(errors.subarray(0, 19), 1, 0)).toBeNull();
    expect(calibrate(errors.subarray(0, 20), 1, 0)!.tested).toBe(1);
    expect(calibrate(errors.subarray(0, 25), 7, 0)).toBeNull();
    expect(calibrate(errors, 5, 0)!.tested).toBe(2);
  });

  it('never holds a value against an interval that knew it, nor one made since', () => {
    const errors = drawAutoregressive(60, 0, seedUniform(1));
    const without = calibrate(errors, 3, 40)!;
    // What happens on the last three days can change their own three verdicts, and no other.
    const wild = calibrate(
      errors.map((error, day) => (day >= 57 ? 1e6 : error)),
      3,
      40,
    )!;
    const early = calibrate(errors.subarray(0, 57), 3, 40)!;
    expect(wild.tested).toBe(without.tested);
    expect(wild.inside).toBe(early.inside);
  });

  it('forgets errors older than two hundred', () => {
    const errors = Float64Array.from({ length: 420 }, (_, day) => (day < 200 ? 1000 : 1) * (day % 2 === 0 ? 1 : -1));
    expect(calibrate(errors, 1, 0)!.span.high).toBeCloseTo(1, 1);
  });

  it('is wider where errors resemble their neighbours', () => {
    const errors = drawAutoregressive(60, 0, seedUniform(3));
    const sorted = errors.toSorted();
    expect(calibrate(sorted, 1, 0)!.span.high).toBeGreaterThan(1.1 * calibrate(errors, 1, 0)!.span.high);
  });
});
