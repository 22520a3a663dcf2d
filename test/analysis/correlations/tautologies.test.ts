import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findTautologies } from '../../../src/analysis/correlations/tautologies.ts';
import type { DailySeries } from '../../../src/analysis/series/daily-series.ts';
import { drawPerson } from '../noise.ts';
import { drawSome, found, name } from './named-series.ts';

const { NaN: missing } = Number;
const days = 120;

describe('findTautologies', () => {
  it('recognises a copy in another unit, and one that is written down a day later', () => {
    const { series, noise } = drawSome(1, 2);
    const [steps, sleep] = series as [Float64Array, Float64Array];
    const distance = steps.map((x) => Math.round(70 * x) + 0.01 * noise());
    const late = sleep.map((_, day) => (day > 0 ? 60 * sleep[day - 1]! : missing));
    const all = [name('steps', steps), name('sleep', sleep), name('distance', distance), name('late', late)];
    expect(found(all)).toEqual(['COPY sleep–late', 'COPY steps–distance']);
  });

  it('recognises a part of a whole that leaves a varying rest', () => {
    const { uniform, noise } = drawSome(2, 0);
    const asleep = Float64Array.from({ length: days }, () => Math.round(25_000 + 3000 * noise()));
    const inBed = asleep.map((seconds) => seconds + Math.round(3000 - 2000 * Math.log(1 - uniform())));
    expect(found([name('in bed', inBed), name('asleep', asleep)])).toEqual(['PART in bed–asleep']);
  });

  it('recognises a sum and its parts, while the parts remain free to go together', () => {
    const { series, noise } = drawSome(3, 3);
    const [run, ride, mood] = series as [Float64Array, Float64Array, Float64Array];
    const exercise = run.map((x, day) => x + ride[day]! + 0.02 * noise());
    const all = [name('run', run), name('ride', ride), name('exercise', exercise), name('mood', mood)];
    expect(found(all)).toEqual(['PART ride–exercise', 'PART run–exercise']);
  });

  it('recognises the parts of a day, each the less the more of another', () => {
    const { series } = drawSome(4, 2);
    const [sit, move] = series.map((z) => z.map((x) => 400 + 60 * x)) as [Float64Array, Float64Array];
    const lie = sit.map((minutes, day) => 1440 - minutes - move[day]!);
    const all = [name('sit', sit), name('move', move), name('lie', lie)];
    expect(found(all)).toEqual(expect.arrayContaining(['PART move–lie', 'PART sit–lie']));
  });

  it.each([3, 7, 14, 28])('recognises a moving average over %d days', (length) => {
    const { series } = drawSome(6, 2);
    const [weight, other] = series as [Float64Array, Float64Array];
    const mean = weight.map((_, day) =>
      day < length - 1 ? missing : weight.slice(day - length + 1, day + 1).reduce((a, b) => a + b) / length,
    );
    const all = [name('other', other), name('mean', mean), name('weight', weight)];
    expect(found(all)).toEqual(['CHANGE mean–weight']);
  });

  it('recognises a change and a running sum, whichever comes first', () => {
    const { series } = drawSome(7, 2);
    const [weight, pages] = series as [Float64Array, Float64Array];
    const change = weight.map((kilos, day) => (day > 0 ? kilos - weight[day - 1]! : missing));
    let sum = 0;
    const read = pages.map((count) => (sum += count + 3));
    const all = [name('change', change), name('weight', weight), name('pages', pages), name('read', read)];
    expect(found(all)).toEqual(['CHANGE change–weight', 'CHANGE pages–read']);
  });

  it('leaves strong relations to be discovered', () => {
    const shares = [0.9, 0.95].map((r, lag) => {
      const caught = Array.from({ length: 60 }, (__, seed) => {
        const { series, uniform } = drawSome(seed, 4);
        const [sleep, rest] = series as [Float64Array, Float64Array];
        const mood = sleep.map((_, day) =>
          day < lag ? missing : r * sleep[day - lag]! + Math.sqrt(1 - r * r) * rest[day]!,
        );
        const some = mood.map((value) => (uniform() < 0.1 ? missing : value));
        return Number(found([name('a', sleep), name('b', some), ...drawPerson(seed + 900, 6, days, 0.4)]).length > 0);
      });
      return caught.reduce((a, b) => a + b) / caught.length;
    });
    expect(shares).toEqual([0, 0]);
  });

  it('leaves metrics alone that only happen to lie one above the other', () => {
    const { series } = drawSome(13, 2);
    const [sleep, rest] = series as [Float64Array, Float64Array];
    const strong = sleep.map((x, day) => 0.9 * x + 0.436 * rest[day]!);
    const other = (mean: number, spread: number) => strong.map((x) => Math.round(mean + spread * x));
    const minutes = name(
      'minutes',
      sleep.map((x) => Math.round(420 + 60 * x)),
    );
    expect(found([minutes, name('steady offset', other(700, 70))])).toEqual([]);
    expect(found([minutes, name('steeper', other(640, 120))])).toEqual([]);
    expect(found([minutes, name('flatter', other(560, 40))])).toEqual([]);
  });

  it('leaves metrics alone that only rise or fall, or rest at weekends, together', () => {
    const rising = drawPerson(8, 6, days, 0.4).map(({ id, values }, i) =>
      name(
        id,
        values.map((x, day) => x + (i % 2 ? -0.5 : 0.5) * day),
      ),
    );
    const working = drawPerson(9, 4, days, 0.4).map(({ id, values }) =>
      name(
        `work ${id}`,
        values.map((x, day) => (day % 7 < 5 ? 480 + 20 * x : 0)),
      ),
    );
    expect(found([...rising, ...working])).toEqual([]);
  });

  it('finds nothing in noise of any kind', () => {
    const shapes = [(z: number) => z, Math.exp, (z: number) => Number(z > 1), (z: number) => Math.round(2 * z)];
    for (const shape of shapes) {
      for (let seed = 0; seed < 8; seed++) expect(found(drawPerson(seed, 10, 40, 0.6, shape))).toEqual([]);
    }
  });

  it('says the same in another order, in other units, later, and among empty days', () => {
    const { series, noise } = drawSome(10, 3);
    const [run, ride, mood] = series as [Float64Array, Float64Array, Float64Array];
    const sum = run.map((x, day) => x + ride[day]! + 0.05 * noise());
    const all = [name('run', run), name('ride', ride), name('mood', mood), name('sum', sum)];
    const pairs = (list: readonly DailySeries[]) =>
      findTautologies(list).map(({ kind, a, b, coefficient }) => ({ kind, pair: [a, b].sort(), coefficient }));
    const key = (list: readonly DailySeries[]) => new Set(pairs(list).map((one) => `${one.kind} ${one.pair}`));
    const expected = key(all);
    expect(expected.size).toBe(2);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(all, { minLength: 4 }),
        fc.integer({ min: -8, max: 8 }),
        fc.integer({ min: 0, max: 300 }),
        (order, power, margin) => {
          const moved = order.map(({ id, values }, i) => {
            const padded = new Float64Array(values.length + 2 * margin).fill(missing);
            padded.set(
              values.map((x) => 2 ** (power * i) * x),
              margin,
            );
            return name(id, padded);
          });
          expect(key(moved)).toEqual(expected);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('recognises metrics of the last weeks beside one of five years', () => {
    const { series, noise } = drawSome(11, 3, 1825);
    const [run, ride, weight] = series as [Float64Array, Float64Array, Float64Array];
    const sum = run.map((x, day) => x + ride[day]! + 0.05 * noise());
    const recent = (values: Float64Array) => values.map((x, day) => (day < 1780 ? missing : x));
    const long = [name('weight', weight), name('run', recent(run)), name('ride', recent(ride))];
    expect(found([...long, name('sum', recent(sum))])).toEqual(['PART ride–sum', 'PART run–sum']);
    const early = (values: Float64Array) => values.map((x, day) => (day > 45 ? missing : x));
    const past = [name('weight', weight), name('run', early(run)), name('ride', early(ride))];
    expect(found([...past, name('sum', early(sum))])).toEqual(['PART ride–sum', 'PART run–sum']);
  });

  it('has no opinion on odd values', () => {
    const { series } = drawSome(12, 1, 60);
    const wild = [
      new Float64Array(60).fill(0.1),
      new Float64Array(60).fill(missing),
      series[0]!.with(7, Infinity),
      Float64Array.from({ length: 60 }, (_, day) => (day === 30 ? 1e308 : 0)),
      Float64Array.from({ length: 60 }, (_, day) => (day < 2 ? day : missing)),
      Float64Array.from({ length: 60 }, (_, day) => (day % 2 ? -1.7e308 : 1.7e308)),
      Float64Array.from({ length: 60 }, (_, day) => 1e-308 * ((day * 7) % 13)),
    ];
    const all = wild.map((values, i) => name(String(i), values));
    for (const { coefficient } of findTautologies(all)) expect(Number.isFinite(coefficient)).toBe(true);
    expect(findTautologies([])).toEqual([]);
    expect(findTautologies([name('empty', new Float64Array(0)), name('none', new Float64Array(0))])).toEqual([]);
  });
});
