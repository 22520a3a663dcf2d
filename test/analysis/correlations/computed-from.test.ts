import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DailySeries } from '../../../src/analysis/series/daily-series.ts';
import { drawSome, found, name } from './named-series.ts';

const { NaN: missing } = Number;
const days = 120;

function readPerson(id: string): DailySeries[] {
  const text = readFileSync(new URL(`../../../examples/person-${id}.csv`, import.meta.url), 'utf8');
  const [header, ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return header!.slice(1).map((title, i) => {
    const values = rows.map((row) => (row[i + 1] === '' ? missing : Number(row[i + 1])));
    return name(title.replace(/ \(.*/, ''), Float64Array.from(values));
  });
}

describe('what trackers compute', () => {
  it('is recognised through a day that is not over and days without it', () => {
    const { series, noise } = drawSome(5, 4);
    const [hard, light, sleep, mood] = series as [Float64Array, Float64Array, Float64Array, Float64Array];
    const calories = hard.map((x, day) => 2000 + 150 * x + 120 * light[day]! + 15 * noise());
    calories[days - 1] = 300;
    calories[40] = calories[41] = 1500;
    const all = [name('hard', hard), name('light', light), name('sleep', sleep), name('mood', mood)];
    expect(found([...all, name('calories', calories)])).toEqual(['PART hard–calories', 'PART light–calories']);
  });

  it('recognises what comes of the same as what it computes, with more noise in between', () => {
    const { series, noise } = drawSome(15, 3, 60);
    const [hard, light, rest] = series as [Float64Array, Float64Array, Float64Array];
    const calories = hard.map((x, day) => 2000 + 300 * x + 200 * light[day]! + 20 * noise());
    const steps = hard.map((x, day) => 8000 + 1500 * x + 1200 * light[day]! + 600 * rest[day]!);
    const all = [name('hard', hard), name('light', light), name('calories', calories), name('steps', steps)];
    expect(found(all)).toEqual([
      'PART calories–steps',
      'PART hard–calories',
      'PART hard–steps',
      'PART light–calories',
      'PART light–steps',
    ]);
  });

  it('leaves what goes closely with one part of a sum to be discovered', () => {
    const caught = Array.from({ length: 100 }, (_, seed) => {
      const { series } = drawSome(seed, 3, 60);
      const [run, ride, rest] = series as [Float64Array, Float64Array, Float64Array];
      const exercise = run.map((x, day) => x + ride[day]!);
      const mood = run.map((x, day) => 0.9 * x + 0.436 * rest[day]!);
      const all = [name('run', run), name('ride', ride), name('exercise', exercise), name('mood', mood)];
      return Number(found(all).some((pair) => pair.includes('mood')));
    });
    expect(caught.reduce((a, b) => a + b)).toBeLessThanOrEqual(3);
  });

  it.each([
    [
      '4319703577',
      [
        'COPY Steps–Distance',
        'COPY Steps–Calories',
        'PART Steps–Very active',
        'COPY Asleep–In bed',
        'PART Lightly active–Calories',
      ],
    ],
    [
      '5553957443',
      ['COPY Steps–Distance', 'COPY Asleep–In bed', 'PART Lightly active–Calories', 'PART Steps–Calories'],
    ],
    ['8378563200', ['COPY Steps–Distance', 'COPY Asleep–In bed', 'PART Very active–Calories']],
  ])('knows how the tracker of person %s computes', (id, expected) => {
    const pairs = found(readPerson(id));
    expect(pairs).toEqual(expect.arrayContaining(expected));
    // What the tracker cannot have computed from the rest.
    expect(pairs.filter((pair) => /(Sleep|Asleep|In bed)/.test(pair))).toEqual(['COPY Asleep–In bed']);
  });
});
