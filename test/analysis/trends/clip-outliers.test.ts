import { describe, expect, it } from 'vitest';
import { clipOutliers } from '../../../src/analysis/trends/clip-outliers.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';

const noise = drawAutoregressive(120, 0.3, seedUniform(4));

describe('clipOutliers', () => {
  it('pulls wild days in, wherever they are, and leaves the others as they are', () => {
    for (const wild of [0, 1, 60, 119]) {
      const clipped = clipOutliers(noise.map((z, day) => (day === wild ? 1e6 : z)));
      expect(clipped[wild]).toBeLessThan(20);
      expect([...clipped].filter((_, day) => day !== wild)).toEqual([...noise].filter((_, day) => day !== wild));
    }
  });

  it('takes a change of level for one, however large', () => {
    const step = noise.map((z, day) => z + (day < 60 ? 0 : 1000));
    expect([...clipOutliers(step)]).toEqual([...step]);
  });

  it('measures by the rare values where most are the same', () => {
    const rare = Float64Array.from({ length: 60 }, (_, day) => (day === 30 ? 1e6 : Number(day % 9 === 0)));
    const clipped = clipOutliers(rare);
    expect(clipped[30]).toBeLessThan(20);
    expect(clipped[27]).toBe(1);
    expect([...clipOutliers(Float64Array.of(5, 5, 5))]).toEqual([5, 5, 5]);
  });
});
