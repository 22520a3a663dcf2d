import { describe, expect, it } from 'vitest';
import { analyse, type AnalysisOutput } from '../../src/analysis/analyse.ts';
import { drawAutoregressive, drawPerson, seedUniform } from './noise.ts';

const people = 40;
/** What a true rate of 0.10 stays under in 19 of 20 such samples. */
const highestRate = 0.1 + 1.64 * Math.sqrt((0.1 * 0.9) / people);
const correlationsOf = ({ findings }: AnalysisOutput) =>
  findings.flatMap((finding) => (finding.type === 'CORRELATION' ? [finding] : []));

function plantEffect(seed: number, driverPhi: number) {
  const uniform = seedUniform(seed);
  const driver = drawAutoregressive(180, driverPhi, uniform);
  const noise = drawAutoregressive(180, 0, uniform);
  const outcome = noise.map((value, day) => (day ? 0.5 * driver[day - 1]! + Math.sqrt(0.75) * value : value));
  return [{ id: 'driver', values: driver }, { id: 'outcome', values: outcome }, ...drawPerson(seed + 500, 4, 180, 0.6)];
}

describe('analyse on noise', () => {
  const kinds: [string, (z: number) => number][] = [
    ['normal values', (z) => z],
    ['sums of money, log-normal', Math.exp],
    ['habits kept on one day in six', (z) => Number(z > 1)],
  ];

  it.each(kinds)('finds a correlation in no more people than promised: %s', { timeout: 60_000 }, (_kind, shape) => {
    const persons = Array.from({ length: people }, (_, seed) => drawPerson(seed, 8, 120, 0.6, shape));
    const fooled = persons.filter(
      (series) => correlationsOf(analyse({ firstDay: 0, series, maxLagDays: 14 })).length > 0,
    );
    expect(fooled.length / people).toBeLessThanOrEqual(highestRate);
  });

  it('finds a trend in no more people than promised', () => {
    const persons = Array.from({ length: people }, (_, seed) => drawPerson(seed, 8, 120, 0.6));
    const fooled = persons.filter((series) =>
      analyse({ firstDay: 0, series, maxLagDays: 0 }).findings.some(({ type }) => type === 'TREND'),
    );
    expect(fooled.length / people).toBeLessThanOrEqual(highestRate);
  });
});

describe('analyse on planted effects', () => {
  it.each([0, 0.6])('finds r = 0.5 a day later, driver with φ = %s', { timeout: 60_000 }, (phi) => {
    const found = Array.from({ length: 20 }, (_, seed) =>
      correlationsOf(analyse({ firstDay: 0, series: plantEffect(seed, phi), maxLagDays: 14 })),
    ).filter((list) =>
      list.some(
        ({ correlation: { driver, outcome, lagDays } }) => `${driver} ${outcome} ${lagDays}` === 'driver outcome 1',
      ),
    );
    expect(found.length).toBeGreaterThanOrEqual(18);
  });

  it('keeps one finding per pair, the one with the strongest evidence, and its days', () => {
    const series = plantEffect(1, 0.8);
    for (const day of [0, 1, 2, 179]) series[1]!.values[day] = Number.NaN;
    const findings = correlationsOf(analyse({ firstDay: 0, series, maxLagDays: 14 }));
    const planted = findings.filter(
      ({ correlation }) => correlation.driver === 'driver' || correlation.outcome === 'driver',
    );
    expect(planted).toHaveLength(1);
    expect(planted[0]).toMatchObject({
      correlation: { outcome: 'outcome', lagDays: 1, isSignificant: true },
      range: { first: 3, last: 178 },
    });
    expect(planted[0]!.correlation.coefficient).toBeGreaterThan(0.3);
  });

  it('counts both methods in one family and reports near-copies', () => {
    const [a, b, c] = drawPerson(3, 3, 60, 0.3);
    const copy = { id: 'copy', values: a!.values.map((x) => 2 * x) };
    const output = analyse({ firstDay: 0, series: [a!, b!, c!, copy], maxLagDays: 2 });
    expect(output.familySize).toBe(2 * 5 * (1 + 2 * 2));
    expect(output.nearCopies.map((pair) => [pair.a, pair.b])).toEqual([[a!.id, 'copy']]);
  });

  it('finds a trend and the days it rests on', () => {
    const values = drawAutoregressive(100, 0.2, seedUniform(2)).map((x, day) =>
      day < 5 ? Number.NaN : x + 0.05 * day,
    );
    const { findings } = analyse({ firstDay: 0, series: [{ id: 'weight', values }], maxLagDays: 3 });
    expect(findings).toMatchObject([
      { type: 'TREND', seriesId: 'weight', trend: { direction: 'RISING', n: 95 }, range: { first: 5, last: 99 } },
    ]);
  });

  it('survives the way to a worker and back, and leaves its input alone', () => {
    const input = { firstDay: 0, series: plantEffect(2, 0.6), maxLagDays: 3 };
    const sent = structuredClone(input);
    const output = analyse(sent);
    expect(sent).toEqual(input);
    expect(output.findings.length).toBeGreaterThan(0);
    expect(structuredClone(output)).toEqual(output);
  });

  it('has nothing to say about no series, or empty ones', () => {
    const nothing = { findings: [], familySize: 0, nearCopies: [] };
    expect(analyse({ firstDay: 0, series: [], maxLagDays: 14 })).toEqual(nothing);
    const empty = new Float64Array(30).fill(Number.NaN);
    expect(
      analyse({
        firstDay: 0,
        series: [
          { id: 'a', values: empty },
          { id: 'b', values: empty },
        ],
        maxLagDays: 14,
      }),
    ).toEqual(nothing);
  });
});
