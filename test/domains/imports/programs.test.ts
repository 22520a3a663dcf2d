import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { makeZip } from '../../setup/zip.ts';
import { exportJson, importFile, settled, undoImport } from './transfer.ts';

let app: App;
let me: Client;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());
beforeEach(async () => {
  me = await Client.register(app.url);
});

/** An export of Apple Health with steps of a phone and a watch. */
const appleHealth = (steps: readonly [device: string, day: string, count: number][]): Uint8Array => {
  const record = ([device, day, count]: (typeof steps)[number], i: number) =>
    `<Record type="HKQuantityTypeIdentifierStepCount" sourceName="${device}" unit="count" startDate="${day} 0${i % 10}:00:00 +0100"` +
    ` endDate="${day} 0${i % 10}:05:00 +0100" value="${count}"/>`;
  const xml = `<?xml version="1.0"?>\n<!DOCTYPE HealthData []>\n<HealthData locale="en_DE">${steps.map(record).join('\n')}</HealthData>`;
  return makeZip([{ name: 'apple_health_export/export.xml', data: xml }]);
};

const first: [string, string, number][] = [
  ['iPhone', '2026-01-01', 1000],
  ['iPhone', '2026-01-01', 500],
  ['Watch', '2026-01-01', 1800],
  ['iPhone', '2026-01-02', 200],
];
/** The same a day later: the second of January has gone on, and the third has come. */
const second: [string, string, number][] = [...first, ['iPhone', '2026-01-02', 300], ['iPhone', '2026-01-03', 50]];

const entriesOf = async () =>
  (await exportJson(me)).entries
    .map(({ date, number, source }) => [date, number, source])
    .toSorted((a, b) => String(a).localeCompare(String(b)));

describe('the export of a program', () => {
  it('is recognised by its content, and its report tells what it brings', async () => {
    const { format, state, report } = await importFile(me, 'AUTO', appleHealth(first), false);
    expect([format, state]).toEqual(['APPLE_HEALTH', 'READY']);
    expect(report).toMatchObject({
      rowsRead: 4,
      rowsAccepted: 4,
      duplicates: 0,
      rowsRejected: 0,
      newMetrics: ['Steps'],
    });
    expect(report!.byMetric).toEqual([
      {
        name: 'Steps',
        unit: 'steps',
        isNew: true,
        added: 3,
        changed: 0,
        duplicates: 0,
        open: 0,
        sources: ['apple-health: Watch', 'apple-health: iPhone'],
        range: { from: '2026-01-01', to: '2026-01-02' },
      },
    ]);
    expect(await entriesOf()).toEqual([]);
  });

  it('adds nothing when it comes again, and the difference when it comes later', async () => {
    await importFile(me, 'AUTO', appleHealth(first));
    const again = await importFile(me, 'AUTO', appleHealth(first));
    expect([again.state, again.report]).toMatchObject(['APPLIED', { rowsAccepted: 0, duplicates: 4 }]);
    const later = await importFile(me, 'AUTO', appleHealth(second));
    expect(later.report).toMatchObject({ byMetric: [{ added: 1, changed: 1, duplicates: 2 }] });
    expect(await entriesOf()).toEqual([
      ['2026-01-01', 1500, 'apple-health: iPhone'],
      ['2026-01-01', 1800, 'apple-health: Watch'],
      ['2026-01-02', 500, 'apple-health: iPhone'],
      ['2026-01-03', 50, 'apple-health: iPhone'],
    ]);
  });

  it('leaves alone what the person has changed', async () => {
    await importFile(me, 'AUTO', appleHealth(first));
    const entry = (await exportJson(me)).entries.find(({ date }) => date === '2026-01-02')!;
    await me.updateEntry(entry.id, { value: 7 });
    await importFile(me, 'AUTO', appleHealth(second));
    expect((await entriesOf()).find(([date]) => date === '2026-01-02')).toEqual([
      '2026-01-02',
      7,
      'apple-health: iPhone',
    ]);
  });

  it('is undone to what was before it, changed values too', async () => {
    await importFile(me, 'AUTO', appleHealth(first));
    const before = await entriesOf();
    const later = await importFile(me, 'AUTO', appleHealth(second));
    await undoImport(me, later.id);
    expect((await settled(me, later.id)).state).toBe('UNDONE');
    expect(await entriesOf()).toEqual(before);
    const again = await importFile(me, 'AUTO', appleHealth(second));
    expect(again.report).toMatchObject({ byMetric: [{ added: 1, changed: 1, duplicates: 2 }] });
  });

  it('of a program that is not known is refused with what is', async () => {
    const { state, error } = await importFile(me, 'AUTO', makeZip([{ name: 'a.txt', data: 'b' }]));
    expect([state, error]).toEqual(['FAILED', expect.stringContaining('Apple Health')]);
  });
});

describe('several sources of one metric', () => {
  type Counted = { date: string; number: number; isCounted: boolean; countedInstead: string | null };
  const values = async (): Promise<[string, number][]> => {
    const { series } = await me.graphql<{ series: { dates: string[]; values: number[] }[] }>(
      'query ($ids: [ID!]!) { series(metricIds: $ids, range: { from: "2026-01-01", to: "2026-12-31" }) { dates values } }',
      { ids: [await steps()] },
    );
    return series.flatMap(({ dates, values: numbers }) =>
      dates.map((date, i): [string, number] => [date, numbers[i]!]),
    );
  };
  const steps = async (): Promise<string> => (await exportJson(me)).metrics.find(({ name }) => name === 'Steps')!.id;
  const counted = async (): Promise<Counted[]> =>
    (
      await me.graphql<{ entries: { edges: { node: Counted }[] } }>(
        '{ entries { edges { node { date number isCounted countedInstead } } } }',
      )
    ).entries.edges
      .map(({ node }) => node)
      .toSorted((a, b) => `${a.date} ${a.number}`.localeCompare(`${b.date} ${b.number}`));
  const shadowed = (date: string, number: number, countedInstead: string) => ({
    date,
    number,
    isCounted: false,
    countedInstead,
  });
  const counts = (date: string, number: number) => ({ date, number, isCounted: true, countedInstead: null });

  it('never add up: of a day the first counts, and the others say which', async () => {
    await importFile(me, 'AUTO', appleHealth(first));
    expect(await values()).toEqual([
      ['2026-01-01', 1800],
      ['2026-01-02', 200],
    ]);
    expect(await counted()).toEqual([
      shadowed('2026-01-01', 1500, 'apple-health: Watch'),
      counts('2026-01-01', 1800),
      counts('2026-01-02', 200),
    ]);
  });

  it('count in the order that the person gives them', async () => {
    await importFile(me, 'AUTO', appleHealth(first));
    const id = await steps();
    const sources = ['apple-health: iPhone', 'apple-health: Watch'];
    await me.graphql(
      'mutation ($id: ID!, $input: UpdateMetricInput!) { updateMetric(id: $id, input: $input) { id } }',
      {
        id,
        input: { sources },
      },
    );
    expect(await values()).toEqual([
      ['2026-01-01', 1500],
      ['2026-01-02', 200],
    ]);
    await importFile(me, 'AUTO', appleHealth(second));
    expect((await exportJson(me)).metrics.find((metric) => metric.id === id)).toMatchObject({ sources });
  });

  it('stand behind what the person writes, which is one source however it comes', async () => {
    await importFile(me, 'AUTO', appleHealth(first));
    const metricId = await steps();
    await me.createEntry({ metricId, date: '2026-01-01', value: 3 });
    await importFile(me, 'CSV', 'date,metric,value\n2026-01-01,Steps,4\n');
    expect((await values())[0]).toEqual(['2026-01-01', 7]);
    expect((await counted()).filter(({ isCounted }) => !isCounted)).toEqual([
      shadowed('2026-01-01', 1500, 'api'),
      shadowed('2026-01-01', 1800, 'api'),
    ]);
  });
});
