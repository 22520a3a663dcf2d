import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlidingMedian } from '../../../src/analysis/anomalies/sliding-median.ts';

const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, min: -1e300, max: 1e300 }));

describe('SlidingMedian', () => {
  it('is the median of the last numbers, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(number, { maxLength: 60 }), fc.integer({ min: 1, max: 22 }), (numbers, capacity) => {
        const sliding = new SlidingMedian(capacity);
        numbers.forEach((value, i) => {
          sliding.push(value);
          const window = numbers.slice(Math.max(0, i + 1 - capacity), i + 1).sort((a, b) => a - b);
          const middle = window.length / 2;
          expect(sliding.size).toBe(window.length);
          expect(sliding.median).toBe(window[Math.ceil(middle) - 1]! / 2 + window[Math.floor(middle)]! / 2);
        });
      }),
    );
  });

  it('has no median of nothing, and a finite one of the largest doubles', () => {
    const sliding = new SlidingMedian(2);
    expect(sliding.median).toBeNaN();
    sliding.push(Number.MAX_VALUE);
    sliding.push(Number.MAX_VALUE);
    expect(sliding.median).toBe(Number.MAX_VALUE);
  });
});
