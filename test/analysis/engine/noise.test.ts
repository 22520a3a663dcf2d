import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/analysis/engine/engine.ts';
import type { Conclusion } from '../../../src/analysis/engine/findings.ts';
import type { DailySeries } from '../../../src/analysis/series/daily-series.ts';
import { drawAutoregressive, drawPerson, seedUniform } from '../noise.ts';

const people = 40;
/** What a true rate of 0.10 stays under in 19 of 20 such samples. */
const highestRate = 0.1 + 1.64 * Math.sqrt((0.1 * 0.9) / people);
const firstDay = 20_454;

const conclude = (series: readonly DailySeries[]): Conclusion =>
  analyse(
    firstDay,
    series.map(({ id, values }) => [id, values] as const),
    { metrics: [], preferences: [] },
  );
const relationsOf = ({ findings }: Conclusion) =>
  findings.flatMap((found) => (found.type === 'CORRELATION' ? [found.relation] : []));

function plantEffect(seed: number, driverPhi: number): DailySeries[] {
  const uniform = seedUniform(seed);
  const driver = drawAutoregressive(180, driverPhi, uniform);
  const noise = drawAutoregressive(180, 0, uniform);
  const outcome = noise.map((value, day) => (day ? 0.5 * driver[day - 1]! + Math.sqrt(0.75) * value : value));
  return [{ id: 'driver', values: driver }, { id: 'outcome', values: outcome }, ...drawPerson(seed + 500, 4, 180, 0.6)];
}

describe('what is concluded from noise', () => {
  const kinds: [string, (z: number) => number][] = [
    ['normal values', (z) => z],
    ['sums of money, log-normal', Math.exp],
    ['habits kept on one day in six', (z) => Number(z > 1)],
    ['ratings from 1 to 5', (z) => Math.max(1, Math.min(5, Math.round(3 + z)))],
  ];

  it.each(kinds)('holds no more findings of each kind than promised: %s', { timeout: 60_000 }, (_kind, shape) => {
    const conclusions = Array.from({ length: people }, (_, seed) => conclude(drawPerson(seed, 8, 120, 0.6, shape)));
    const rates = (['CORRELATION', 'TREND', 'CHANGE_POINT', 'WEEKDAYS', 'FORECAST'] as const).map((type) => {
      const fooled = conclusions.filter(({ findings }) => findings.some((found) => found.type === type));
      return { type, rate: fooled.length / people };
    });
    expect(rates.filter(({ rate }) => rate > highestRate)).toEqual([]);
  });

  it('holds no relation between two rising lines, nor between metrics that share their Sundays', () => {
    const fooled = Array.from({ length: people }, (_, seed) => {
      const noise = drawPerson(seed, 4, 180, 0.3);
      const shared = noise.map(({ id, values }, i) => ({
        id,
        values: values.map((value, day) => value + (i < 2 ? 0.05 * day : day % 7 === 6 ? -2 : 0)),
      }));
      return relationsOf(conclude(shared));
    }).filter((relations) => relations.length > 0);
    expect(fooled.length / people).toBeLessThanOrEqual(highestRate);
  });
});

describe('what is concluded from planted effects', () => {
  it.each([0, 0.6])('holds r = 0.5 a day later, driver with φ = %s', { timeout: 60_000 }, (phi) => {
    const found = Array.from({ length: 20 }, (_, seed) => relationsOf(conclude(plantEffect(seed, phi)))).filter(
      (relations) =>
        relations.some(({ driver, outcome, lagDays }) => driver === 'driver' && outcome === 'outcome' && lagDays === 1),
    );
    expect(found.length).toBeGreaterThanOrEqual(18);
  });

  it('holds one relation per pair, the one with the strongest evidence, and its days', () => {
    const series = plantEffect(1, 0.8);
    for (const day of [0, 1, 2, 179]) series[1]!.values[day] = Number.NaN;
    const planted = relationsOf(conclude(series)).filter(({ driver, outcome }) => [driver, outcome].includes('driver'));
    expect(planted).toHaveLength(1);
    expect(planted[0]).toMatchObject({ outcome: 'outcome', lagDays: 1, range: { first: 3, last: 178 } });
    expect(planted[0]!.adjustedCoefficient).toBeGreaterThan(0.3);
    expect(planted[0]!.interval.low).toBeLessThan(planted[0]!.adjustedCoefficient);
  });

  it('counts both methods in one family, and leaves tautologies out of it', () => {
    const [a, b, c] = drawPerson(3, 3, 60, 0.3);
    const copy = { id: 'copy', values: a!.values.map((x) => 2 * x) };
    const { familySize, tautologies } = conclude([a!, b!, c!, copy]);
    expect(familySize).toBe(2 * 5 * (1 + 2 * 14));
    expect(tautologies.map((pair) => [pair.a, pair.b].toSorted())).toEqual([['copy', a!.id].toSorted()]);
  });

  it('survives the way to a thread and back, and leaves its input alone', () => {
    const series = plantEffect(2, 0.6);
    const sent = structuredClone(series);
    const conclusion = conclude(sent);
    expect(sent).toEqual(series);
    expect(conclusion.findings.length).toBeGreaterThan(0);
    expect(structuredClone(conclusion)).toEqual(conclusion);
  });
});

describe('what is concluded from strange values', () => {
  const days = 120;
  const strange: [string, (day: number) => number][] = [
    ['one value for ever', () => 5],
    ['nothing', () => Number.NaN],
    ['two points', (day) => (day < 2 ? day : Number.NaN)],
    ['one huge outlier', (day) => (day === 60 ? 1e12 : Math.sin(day * day))],
    ['the largest doubles, with both signs', (day) => (day % 2 ? 1e308 : -1e308) * Math.abs(Math.sin(day * day))],
    ['the smallest ones', (day) => 1e-308 * Math.sin(day * day)],
    ['infinities', (day) => (day % 9 === 0 ? Number.POSITIVE_INFINITY : Math.sin(day * day))],
    ['a straight line', (day) => day],
    ['a switch from sums to means', (day) => (day < 60 ? 8000 : 0.5) + Math.sin(day * day)],
  ];

  it.each(strange)('holds no NaN: %s', (_kind, valueOf) => {
    const values = Float64Array.from({ length: days }, (_, day) => valueOf(day));
    const others = drawPerson(5, 2, days, 0.3);
    const conclusion = conclude([{ id: 'strange', values }, ...others]);
    expect(findNotFinite(conclusion, '')).toEqual([]);
  });
});

/** Where an answer holds a number that JSON has none for. */
function findNotFinite(value: unknown, path: string): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path} is ${value}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => findNotFinite(part, `${path}.${key}`));
}
