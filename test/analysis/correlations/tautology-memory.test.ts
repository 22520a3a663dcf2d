import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findTautologies, openTautologyMemory } from '../../../src/analysis/correlations/tautologies.ts';
import type { DailySeries } from '../../../src/analysis/series/daily-series.ts';
import { drawSome, name } from './named-series.ts';

const { NaN: missing } = Number;

describe('a memory of earlier searches', () => {
  it('does not change what is found, whatever is put in, edited, taken out or turned around', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { uniform, series, noise } = drawSome(seed, 4);
        const [run, ride, mood, sleep] = series as [Float64Array, Float64Array, Float64Array, Float64Array];
        const all = [
          name('run', run),
          name('ride', ride),
          name(
            'exercise',
            run.map((x, day) => x + ride[day]! + 0.02 * noise()),
          ),
          name(
            'minutes',
            run.map((x) => 60 * x + 5),
          ),
          name('sleep', sleep),
          name(
            'change',
            sleep.map((x, day) => x - (sleep[day - 1] ?? missing)),
          ),
          name('mood', mood),
        ];
        const memory = openTautologyMemory();
        for (let edit = 0; edit < 12; edit++) {
          expect(findTautologies(all, memory)).toEqual(findTautologies(all));
          const place = Math.floor(uniform() * all.length);
          const kind = uniform();
          if (kind < 0.1) all.splice(place, 1);
          else if (kind < 0.2) all.reverse();
          else all[place] = editOne(all[place]!, uniform);
        }
      }),
      { numRuns: 15 },
    );
  });
});

/** The series with the values from some day on missing, or with one day changed. */
function editOne({ id, values }: DailySeries, uniform: () => number): DailySeries {
  const day = Math.floor(uniform() * values.length);
  return name(id, uniform() < 0.3 ? values.slice().fill(missing, day) : values.with(day, 3 * uniform()));
}
