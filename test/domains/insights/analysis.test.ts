import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findInsights } from '../../../src/domains/insights/findings.ts';
import { readTouchedMetrics } from '../../../src/domains/entries/touched-metrics.ts';
import { fromDayNumber, toDayNumber } from '../../../src/kernel/civil-time.ts';
import { jobViewer } from '../../../src/kernel/viewer.ts';
import { closeThreads } from '../../../src/platform/thread-pool.ts';
import { drawAutoregressive, seedUniform } from '../../analysis/noise.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client, type Entry } from '../../setup/client.ts';

let app: App;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());

const firstDay = toDayNumber('2026-01-01');
const days = 150;

describe('an analysis that carries on from the last one', () => {
  it('says the same as one that begins anew, whatever has happened in between', async () => {
    const { person, ids, entries } = await openLife(1);
    const uniform = seedUniform(3);
    const pick = <T>(list: T[]): T => list[Math.floor(uniform() * list.length)]!;
    const mutations: (() => Promise<unknown>)[] = [
      () => person.updateEntry(pick(entries).id, { value: 5 }),
      () => person.updateEntry(pick(entries).id, { date: '2025-12-20' }),
      () => person.createEntry({ metricId: ids[0]!, date: fromDayNumber(firstDay + days), value: 3 }),
      () => person.createEntry({ metricId: ids[1]!, date: '2199-01-01', value: 3 }),
      () => person.updateMetric(ids[1]!, { aggregation: 'SUM' }),
      () => person.updateMetric(ids[2]!, { isActive: false }),
      () => person.updateMetric(ids[2]!, { isActive: true }),
      () => person.graphql(`mutation { deleteEntry(id: "${entries[7]!.id}") }`),
      () => person.createMetric({ name: 'Empty' }),
      () => person.deleteMetric(ids[3]!),
      () => person.createEntry({ metricId: ids[0]!, date: '2019-05-05', value: 3 }),
    ];
    await findInsights(jobViewer(person.userId));
    for (const mutate of mutations) {
      await mutate();
      const carriedOn = await findInsights(jobViewer(person.userId));
      await closeThreads();
      expect(carriedOn).toEqual(await findInsights(jobViewer(person.userId)));
    }
  });

  it('answers callers who overtake each other', async () => {
    const { person, ids } = await openLife(2);
    const viewer = jobViewer(person.userId);
    await findInsights(viewer);
    await person.createEntry({ metricId: ids[0]!, date: fromDayNumber(firstDay + days), value: 9 });
    const answers = await Promise.all([findInsights(viewer), findInsights(viewer), findInsights(viewer)]);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('leaves out days in the far future, which are typing errors', async () => {
    const { person, ids } = await openLife(4);
    const before = await findInsights(jobViewer(person.userId));
    await person.createEntry({ metricId: ids[1]!, date: '2199-12-31', value: 5 });
    expect(await findInsights(jobViewer(person.userId))).toEqual(before);
  });
});

describe('readTouchedMetrics', () => {
  it('names the metrics of entries and metrics that came, changed or went', async () => {
    const { person, ids, entries } = await openLife(5);
    const viewer = jobViewer(person.userId);
    const touchedBy = async (mutate: () => Promise<unknown>) => {
      const seq = await person.seq();
      await mutate();
      return readTouchedMetrics(viewer, seq);
    };
    expect(await touchedBy(async () => {})).toEqual([]);
    expect(await touchedBy(() => person.createEntry({ metricId: ids[2]!, value: 1 }))).toEqual([ids[2]]);
    expect(await touchedBy(() => person.graphql(`mutation { deleteEntry(id: "${entries[0]!.id}") }`))).toEqual([
      ids[0],
    ]);
    expect(await touchedBy(() => person.updateMetric(ids[1]!, { name: 'Other' }))).toEqual([ids[1]]);
    expect(await touchedBy(() => person.deleteMetric(ids[3]!))).toEqual([ids[3]]);
  });
});

/** Four metrics, the second of which follows the first by a day; the entries are those of the first. */
async function openLife(seed: number): Promise<{ person: Client; ids: string[]; entries: Entry[] }> {
  const person = await Client.register(app.url);
  const uniform = seedUniform(seed);
  const driver = drawAutoregressive(days, 0.4, uniform);
  const noise = drawAutoregressive(days, 0, uniform);
  const lives = [
    driver,
    driver.map((_, day) => (day === 0 ? 0 : driver[day - 1]!) + noise[day]!),
    drawAutoregressive(days, 0.6, uniform).map((value) => Number(value > 0.5)),
    drawAutoregressive(days, 0.2, uniform).map((value, day) => value + 0.03 * day),
  ];
  const ids: string[] = [];
  let entries: Entry[] = [];
  for (const [i, values] of lives.entries()) {
    const { id } = await person.createMetric({ name: `Metric ${i}`, aggregation: 'MEAN' });
    const written = await person.createEntries(
      [...values].map((value, day) => ({ metricId: id, date: fromDayNumber(firstDay + day), value })),
    );
    if (i === 0) entries = written;
    ids.push(id);
  }
  return { person, ids, entries };
}
