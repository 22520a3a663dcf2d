import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findTautologies, openTautologyMemory } from '../../../src/analysis/correlations/tautologies.ts';
import type { DailySeries } from '../../../src/analysis/series/daily-series.ts';
import { drawAutoregressive, drawNormal, drawPerson, seedUniform } from '../noise.ts';

const { NaN: missing } = Number;
const days = 120;

const name = (id: string, values: Float64Array): DailySeries => ({ id, values });
const found = (series: DailySeries[]) =>
  findTautologies(series)
    .map(({ kind, a, b }) => `${kind} ${a}–${b}`)
    .sort();

function drawSome(seed: number, count: number, length = days) {
  const uniform = seedUniform(seed);
  const series = Array.from({ length: count }, () => drawAutoregressive(length, 0.4, uniform));
  return { uniform, series, noise: () => drawNormal(uniform) };
}

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

  it('recognises what a tracker computes, through a day that is not over and days without it', () => {
    const { series, noise } = drawSome(5, 4);
    const [hard, light, sleep, mood] = series as [Float64Array, Float64Array, Float64Array, Float64Array];
    const calories = hard.map((x, day) => 2000 + 150 * x + 120 * light[day]! + 15 * noise());
    calories[days - 1] = 300;
    calories[40] = calories[41] = 1500;
    const all = [name('hard', hard), name('light', light), name('sleep', sleep), name('mood', mood)];
    expect(found([...all, name('calories', calories)])).toEqual(['PART hard–calories', 'PART light–calories']);
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
