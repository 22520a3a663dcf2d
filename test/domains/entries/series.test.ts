import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fromDayNumber, toDayNumber } from '../../../src/kernel/civil-time.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client, type EntryInput } from '../../setup/client.ts';
import { refusalOf } from '../../setup/refusals.ts';

type Series = { dates: string[]; values: number[]; metric: { id: string } };

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  client = await Client.register(app.url);
});

const readSeries = async (metricIds: string[], bucket?: string, range = { from: '1900-01-01', to: '2200-12-31' }) => {
  const query =
    'query ($metricIds: [ID!]!, $range: DateRangeInput!, $bucket: Bucket) { series(metricIds: $metricIds, range: $range, bucket: $bucket) { dates values metric { id } } }';
  return (await client.graphql<{ series: Series[] }>(query, { metricIds, range, bucket })).series;
};

const createWith = async (aggregation: string, entries: Omit<EntryInput, 'metricId'>[]) => {
  const { id } = await client.createMetric({ type: 'NUMBER', aggregation });
  await client.createEntries(entries.map((entry) => ({ ...entry, metricId: id })));
  return id;
};

describe('a series', () => {
  const day = [
    { date: '2026-11-02', value: 4, time: '09:00' },
    { date: '2026-11-02', value: 1, time: '22:00' },
    { date: '2026-11-02', value: 10 },
    { date: '2026-11-04', value: -7 },
  ];

  it.each([
    ['SUM', 15],
    ['MEAN', 5],
    ['MIN', 1],
    ['MAX', 10],
    ['LAST', 1],
  ])('makes one value of a day by %s', async (aggregation, value) => {
    const id = await createWith(aggregation, day);
    expect(await readSeries([id])).toEqual([
      { dates: ['2026-11-02', '2026-11-04'], values: [value, -7], metric: { id } },
    ]);
  });

  it('takes as the last of a day the one written last, when none has a time', async () => {
    const id = await createWith('LAST', [{ date: '2026-11-20', value: 0 }]);
    for (const value of [3, 9, 5]) await client.createEntry({ metricId: id, value });
    expect((await readSeries([id]))[0]!.values).toEqual([0, 5]);
  });

  it('aggregates the entries of weeks from Monday and of months, not the values of their days', async () => {
    const entries = [
      { date: '2026-11-01', value: 1 }, // Sunday: the week of 26 October
      { date: '2026-11-02', value: 2 },
      { date: '2026-11-02', value: 4 },
      { date: '2026-11-08', value: 9 },
      { date: '2026-12-31', value: 5 }, // Thursday: the week of 28 December, across the year
      { date: '2027-01-01', value: 7 },
    ];
    const mean = await createWith('MEAN', entries);
    expect((await readSeries([mean], 'WEEK'))[0]).toMatchObject({
      dates: ['2026-10-26', '2026-11-02', '2026-12-28'],
      values: [1, 5, 6],
    });
    expect((await readSeries([mean], 'MONTH'))[0]).toMatchObject({
      dates: ['2026-11-01', '2026-12-01', '2027-01-01'],
      values: [4, 5, 7],
    });
    const last = await createWith('LAST', entries);
    expect((await readSeries([last], 'WEEK'))[0]!.values).toEqual([1, 9, 7]);
    expect((await readSeries([last], 'MONTH'))[0]!.values).toEqual([9, 5, 7]);
  });

  it('agrees with a plain computation for any entries', async () => {
    const days = fc.array(
      fc.record({ offset: fc.integer({ min: 0, max: 40 }), value: fc.integer({ min: -50, max: 50 }) }),
      { minLength: 1, maxLength: 40 },
    );
    const first = toDayNumber('2026-02-20');
    await fc.assert(
      fc.asyncProperty(days, fc.constantFrom('SUM', 'MIN', 'MAX', 'MEAN'), async (chosen, aggregation) => {
        const byDay = Map.groupBy(chosen, ({ offset }) => fromDayNumber(first + offset));
        const expected = [...byDay].toSorted(([a], [b]) => (a < b ? -1 : 1));
        const id = await createWith(
          aggregation,
          chosen.map(({ offset, value }) => ({ date: fromDayNumber(first + offset), value })),
        );
        const [series] = await readSeries([id]);
        expect(series!.dates).toEqual(expected.map(([date]) => date));
        for (const [i, [, entries]] of expected.entries()) {
          expect(series!.values[i]).toBeCloseTo(
            aggregate(
              aggregation,
              entries.map((entry) => entry.value),
            ),
            9,
          );
        }
      }),
      { numRuns: 15 },
    );
  });

  it('shows binaries as 0 and 1, durations in seconds, and texts and empty metrics not at all', async () => {
    const binary = await client.createMetric({ type: 'BINARY' });
    const duration = await client.createMetric({ type: 'DURATION' });
    const text = await client.createMetric({ type: 'TEXT' });
    const empty = await client.createMetric();
    await client.createEntries([
      { metricId: binary.id, value: false },
      { metricId: binary.id, value: true },
      { metricId: duration.id, value: 3600 },
      { metricId: duration.id, value: 1800 },
      { metricId: text.id, value: 'x' },
    ]);
    const series = await readSeries([binary.id, duration.id, text.id, empty.id]);
    expect(new Map(series.map((one) => [one.metric.id, one.values]))).toEqual(
      new Map([
        [binary.id, [1]],
        [duration.id, [5400]],
      ]),
    );
  });

  it.each([
    ['SUM', 1.79e308],
    ['MEAN', 1e308],
  ])('survives values whose sum no double can hold: %s', async (aggregation, value) => {
    const id = await createWith(aggregation, [
      { date: '2026-11-02', value: 1e308 },
      { date: '2026-11-02', value: 1e308 },
      { date: '2026-11-03', value: 1e200 },
      { date: '2026-11-03', value: -1e200 },
    ]);
    const [series] = await readSeries([id]);
    expect(series!.values[0]! / value).toBeCloseTo(1, 5);
    expect(series!.values[1]).toBe(0);
  });

  it('includes both ends of its range and refuses one that is upside down or does not exist', async () => {
    const id = await createWith('SUM', day);
    expect((await readSeries([id], 'DAY', { from: '2026-11-02', to: '2026-11-04' }))[0]!.values).toEqual([15, -7]);
    expect((await readSeries([id], 'DAY', { from: '2026-11-03', to: '2026-11-04' }))[0]!.values).toEqual([-7]);
    for (const range of [
      { from: '2026-11-04', to: '2026-11-03' },
      { from: '2026-02-30', to: '2026-11-03' },
    ]) {
      expect(await refusalOf(readSeries([id], 'DAY', range))).toMatchObject({ code: 'INVALID_INPUT' });
    }
  });
});

function aggregate(how: string, values: number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return { SUM: sum, MEAN: sum / values.length, MIN: Math.min(...values), MAX: Math.max(...values) }[how]!;
}
