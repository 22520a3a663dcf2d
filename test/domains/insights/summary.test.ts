import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSummary } from '../../../src/domains/insights/summary.ts';
import { fromDayNumber, toDayNumber } from '../../../src/kernel/civil-time.ts';
import { newId } from '../../../src/kernel/ids.ts';
import type { Viewer } from '../../../src/kernel/viewer.ts';
import { sql } from '../../../src/platform/database/database.ts';
import * as threads from '../../../src/platform/thread-pool.ts';
import { drawAutoregressive, seedUniform } from '../../analysis/noise.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client, type MetricInput } from '../../setup/client.ts';
import { invalidAt, refusalOf } from '../../setup/refusals.ts';

type Day = { date: string; value: number; entryIds: string[] };
type Row = {
  metric: { name: string };
  level: number | null;
  previousLevel: number | null;
  difference: number | null;
  usualDifference: number | null;
  pValue: number | null;
  qValue: number | null;
  pastPeriods: number | null;
  isChanged: boolean;
  days: number;
  previousDays: number;
  highest: Day | null;
  lowest: Day | null;
  entryIds: string[];
  entryCount: number;
  silence: string | null;
};
type Insight = { id: string; title: string };
type Summary = {
  range: { from: string; to: string };
  previousRange: { from: string; to: string };
  headline: string;
  metrics: Row[];
  changed: Row[];
  stoodOut: { metric: { name: string }; date: string; value: number; sentence: string; entryIds: string[] }[];
  newInsights: Insight[];
  retractedInsights: Insight[];
};

const fields = `range { from to } previousRange { from to } headline
  metrics { ...parts } changed { ...parts }
  stoodOut { metric { name } date value expected deviation pValue sentence entryIds }
  newInsights { id title } retractedInsights { id title }`;
const fragment = `fragment parts on MetricSummary { metric { name } level previousLevel difference usualDifference zScore
  pValue qValue pastPeriods isChanged days previousDays highest { date value entryIds } lowest { date value entryIds }
  entryIds entryCount silence }`;
const week = { from: '2026-06-24', to: '2026-06-30' };

let app: App;
let person: Client;
let viewer: Viewer;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());
beforeEach(async () => {
  person = await Client.register(app.url);
  viewer = viewerOf(person);
});

describe('insightSummary', () => {
  it('gives the levels of both periods, their days, and the entries behind them', async () => {
    const [first, second, third, fourth] = await keep({ name: 'Mood', type: 'RATING' }, '2026-06-17', [
      2,
      4,
      ...gaps(8),
      5,
      3,
    ]);
    const { metrics, ...summary } = await summarise(week);
    expect(summary).toMatchObject({
      range: week,
      previousRange: { from: '2026-06-17', to: '2026-06-23' },
      changed: [],
    });
    expect(metrics).toMatchObject([
      {
        metric: { name: 'Mood' },
        level: 4,
        previousLevel: 3,
        difference: 1,
        days: 2,
        previousDays: 2,
        highest: { date: '2026-06-27', value: 5, entryIds: [third] },
        lowest: { date: '2026-06-28', value: 3, entryIds: [fourth] },
        entryIds: [fourth, third, second, first],
        entryCount: 4,
        isChanged: false,
        pValue: null,
        qValue: null,
      },
    ]);
    expect(metrics[0]!.silence).toMatch(
      /^Mood: at least \d+ more days are needed to know by how much it usually changes\.$/,
    );
  });

  it('makes the value of a day as the metric says, of all its entries', async () => {
    const { id } = await person.createMetric({ name: 'Steps', aggregation: 'SUM' });
    const entries = await person.createEntries([
      { metricId: id, date: '2026-06-30', time: '20:00', value: 3000 },
      { metricId: id, date: '2026-06-30', time: '08:00', value: 2000 },
    ]);
    const [row] = (await summarise(week)).metrics;
    expect(row).toMatchObject({ level: 5000, days: 1, entryCount: 2, previousLevel: null, difference: null });
    expect(row!.highest).toEqual({ date: '2026-06-30', value: 5000, entryIds: [entries[1]!.id, entries[0]!.id] });
    expect(row!.silence).toBe('Steps has no value in the period before.');
  });

  it('names what changed by more than usual, strongest first, and not what only moved', async () => {
    const from = fromDayNumber(toDayNumber(week.to) - 364);
    await keep(
      { name: 'Mood' },
      from,
      shift(noise(2), 7, -4).map((z) => 6 + z),
    );
    await keep(
      { name: 'Sleep', type: 'DURATION' },
      from,
      shift(noise(1), 7, 2.5).map((z) => 28_800 + 1800 * z),
    );
    await keep(
      { name: 'Weight', unit: 'kg' },
      from,
      noise(3).map((z) => 80 + z),
    );
    const { changed, metrics, headline } = await summarise(week);
    expect(metrics.map(({ metric }) => metric.name)).toEqual(['Mood', 'Sleep', 'Weight']);
    expect(changed.map(({ metric }) => metric.name)).toEqual(['Sleep', 'Mood']);
    expect(changed[0]!.pValue!).toBeLessThan(changed[1]!.pValue!);
    expect(headline).toMatch(
      /^From 2026-06-24 to 2026-06-30 2 of 3 metrics changed by more than usual: Sleep is [1-9].* min higher, Mood is [\d.]+ lower\.$/,
    );
    for (const { pastPeriods, silence, pValue, qValue, usualDifference, isChanged } of metrics) {
      expect(pastPeriods).toBe(46);
      expect(silence).toBeNull();
      expect(qValue!).toBeGreaterThanOrEqual(pValue!);
      expect(isChanged).toBe(qValue! <= 0.1 && pValue! < 0.05);
      expect(usualDifference!).toBeGreaterThan(0);
    }
  });

  it('says so when nothing changed, and when nothing is usual yet', async () => {
    await keep({ name: 'Mood' }, '2026-06-20', [1, 2, 3, 4, 5, 6, 7]);
    expect((await summarise(week)).headline).toBe(
      'From 2026-06-24 to 2026-06-30 there is 1 metric with values, but not yet enough to say what is usual.',
    );
    await keep({ name: 'Weight' }, '2026-03-03', noise(4).slice(0, 120));
    expect((await summarise(week)).headline).toBe(
      'From 2026-06-24 to 2026-06-30 nothing changed by more than usual (1 metric compared).',
    );
  });

  it('tells the days that stood out, in a sentence, with their entries', async () => {
    const ids = await keep(
      { name: 'Coffee' },
      '2026-01-01',
      shift(noise(5).slice(0, 181), 3, 0).map((z, i) => (i === 177 ? 40 : 5 + z)),
    );
    const { stoodOut } = await summarise(week);
    expect(stoodOut).toMatchObject([
      { metric: { name: 'Coffee' }, date: '2026-06-27', value: 40, entryIds: [ids[177]] },
    ]);
    expect(stoodOut[0]!.sentence).toMatch(/^Coffee was 40 on 2026-06-27/);
    expect((await summarise({ from: '2026-06-28', to: '2026-06-30' })).stoodOut).toEqual([]);
  });

  it('is empty, and says so, for somebody without data', async () => {
    await person.createMetric({ name: 'Empty' });
    expect(await summarise(week)).toEqual({
      range: week,
      previousRange: { from: '2026-06-17', to: '2026-06-23' },
      headline: 'From 2026-06-24 to 2026-06-30 and in the days before there is no value to say anything about.',
      metrics: [],
      changed: [],
      stoodOut: [],
      newInsights: [],
      retractedInsights: [],
    });
  });

  it('leaves out texts, archived metrics, and those without values in either period', async () => {
    await keep({ name: 'Diary', type: 'TEXT' }, '2026-06-29', ['a good day', 'another']);
    await keep({ name: 'Old' }, '2026-05-01', [1, 2, 3]);
    await keep({ name: 'Future' }, '2026-07-01', [1, 2, 3]);
    const archived = await person.createMetric({ name: 'Archived' });
    await person.createEntry({ metricId: archived.id, date: '2026-06-29', value: 1 });
    await person.updateMetric(archived.id, { isActive: false });
    await keep({ name: 'Kept' }, '2026-06-29', [1]);
    expect((await summarise(week)).metrics.map(({ metric }) => metric.name)).toEqual(['Kept']);
  });

  it('gives shares of yes and no, and counts what is never different', async () => {
    await keep({ name: 'Run', type: 'BINARY' }, '2026-06-24', [true, false, false, true, ...gaps(2), true]);
    await keep(
      { name: 'Pill' },
      '2026-03-01',
      Array.from({ length: 122 }, () => 1),
    );
    const { metrics } = await summarise(week);
    expect(metrics).toMatchObject([
      { level: 0.6, days: 5, highest: { date: '2026-06-24', value: 1 }, lowest: { date: '2026-06-25', value: 0 } },
      { level: 1, difference: 0, silence: 'Pill never changes.' },
    ]);
  });

  it('names a hundred entries of a metric and twenty of a day at most, and counts all', async () => {
    const { id } = await person.createMetric({ name: 'Pulse', aggregation: 'MEAN' });
    const ofDay = (date: string) => Array.from({ length: 30 }, (_, i) => ({ metricId: id, date, value: i }));
    await person.createEntries(['24', '25', '26', '27', '28', '29'].flatMap((day) => ofDay(`2026-06-${day}`)));
    const [row] = (await summarise(week)).metrics;
    expect(row).toMatchObject({ entryCount: 180, level: 14.5 });
    expect(row!.entryIds).toHaveLength(100);
    expect(new Set(row!.entryIds).size).toBe(100);
    expect(row!.highest!.entryIds).toHaveLength(20);
  });

  it('knows a range of one day, and refuses what is none', async () => {
    await keep({ name: 'Mood' }, '2026-06-29', [3, 5]);
    const { metrics, headline } = await summarise({ from: '2026-06-30', to: '2026-06-30' });
    expect(metrics).toMatchObject([{ level: 5, previousLevel: 3 }]);
    expect(headline).toMatch(/^On 2026-06-30 there is 1 metric/);
    for (const [from, to] of [
      ['2026-06-30', '2026-06-29'],
      ['2026-02-30', '2026-03-02'],
      ['2020-01-01', '2026-01-01'],
    ]) {
      expect(await refusalOf(summarise({ from: from!, to: to! }))).toMatchObject(invalidAt('range'));
    }
    expect((await summarise({ from: '1900-01-01', to: '1900-01-07' })).metrics).toEqual([]);
    expect((await summarise({ from: '2200-12-31', to: '2200-12-31' })).metrics).toEqual([]);
  });

  it('shows nobody the days of somebody else', async () => {
    const stranger = await Client.register(app.url);
    await keep({ name: 'Mood' }, week.from, [1, 2, 3]);
    expect((await summarise(week)).metrics).toHaveLength(1);
    expect((await summarise(week, stranger)).metrics).toEqual([]);
  });
});

describe('the period of a summary', () => {
  const rangeOf = async (period: 'DAILY' | 'WEEKLY' | 'MONTHLY', now: string) =>
    (await readSummary(viewer, period, null, new Date(now))).range;

  it('ends on the today of the person: their zone, and the hour their day begins', async () => {
    await setClock('Asia/Tokyo', 4);
    // In Tokyo it is 03:59 and then 04:00 on the 2nd.
    expect(await rangeOf('WEEKLY', '2026-03-01T18:59:00Z')).toEqual({ from: '2026-02-23', to: '2026-03-01' });
    expect(await rangeOf('WEEKLY', '2026-03-01T19:00:00Z')).toEqual({ from: '2026-02-24', to: '2026-03-02' });
    await setClock('America/Los_Angeles', 0);
    expect(await rangeOf('MONTHLY', '2026-03-01T07:59:00Z')).toEqual({ from: '2026-01-30', to: '2026-02-28' });
  });

  it('is the day before until today has a value', async () => {
    const { id } = await person.createMetric({ name: 'Mood' });
    expect(await rangeOf('DAILY', '2026-03-02T12:00:00Z')).toEqual({ from: '2026-03-01', to: '2026-03-01' });
    await person.createEntry({ metricId: id, date: '2026-03-02' });
    expect(await rangeOf('DAILY', '2026-03-02T12:00:00Z')).toEqual({ from: '2026-03-02', to: '2026-03-02' });
  });

  it('goes over a day that the zone has skipped', async () => {
    await setClock('Pacific/Apia', 0);
    await keep({ name: 'Mood' }, '2011-12-28', [1, 2, null, 4, 5]);
    // 23:00 on the 29th, and an hour later it is the 31st.
    expect(await rangeOf('DAILY', '2011-12-30T09:00:00Z')).toEqual({ from: '2011-12-29', to: '2011-12-29' });
    expect(await rangeOf('DAILY', '2011-12-30T10:00:00Z')).toEqual({ from: '2011-12-31', to: '2011-12-31' });
    const { range, metrics } = await readSummary(viewer, 'WEEKLY', null, new Date('2012-01-01T10:00:00Z'));
    expect(range).toEqual({ from: '2011-12-27', to: '2012-01-02' });
    expect(metrics).toMatchObject([{ days: 4, level: 3 }]);
    const { metrics: before } = await readSummary(viewer, 'DAILY', { from: '2011-12-31', to: '2011-12-31' });
    expect(before).toMatchObject([
      { level: 4, previousLevel: null, silence: 'Mood has no value in the period before.' },
    ]);
  });

  it('does not take the steps of a morning for a fall', async () => {
    const steps = noise(6).map((z) => 8000 + 500 * z);
    steps[364] = 100;
    await keep({ name: 'Steps', aggregation: 'SUM' }, '2025-07-01', [...steps]);
    await keep({ name: 'Reading', aggregation: 'LAST' }, '2025-07-01', [...steps]);
    const now = new Date('2026-06-30T08:00:00Z');
    const [sum, last] = (await readSummary(viewer, 'DAILY', null, now)).metrics;
    expect(sum).toMatchObject({ level: 100, silence: 'Steps: the day is not over, and its sum still grows.' });
    expect(last).toMatchObject({ level: 100, silence: null, isChanged: true });
    const { stoodOut, metrics } = await readSummary(viewer, 'WEEKLY', null, now);
    expect(stoodOut.map(({ metricId }) => metricId)).toEqual([last!.metricId]);
    expect(metrics).toMatchObject([{ days: 7, isChanged: false }, { days: 7 }]);
    // A day later it was a day like any other, and a very low one.
    const later = await readSummary(viewer, 'WEEKLY', week, new Date('2026-07-01T08:00:00Z'));
    expect(later.stoodOut).toHaveLength(2);
  });
});

describe('the insights of a summary', () => {
  it('are those that came, and hold, and those that went, by the days of the person', async () => {
    await setClock('Asia/Tokyo', 4);
    // From 04:00 on 2026-06-24 to 04:00 on 2026-07-01 in Tokyo.
    const came = await insertInsight('came', '2026-06-23T19:00:00Z');
    await insertInsight('a second too early', '2026-06-23T18:59:59Z');
    const cameLast = await insertInsight('came last', '2026-06-30T18:59:59Z');
    await insertInsight('too late', '2026-06-30T19:00:00Z');
    await insertInsight('came and was put away', '2026-06-25T00:00:00Z', { dismissedAt: '2026-06-26T00:00:00Z' });
    const wentLongAfter = await insertInsight('went', '2026-01-01T00:00:00Z', { retractedAt: '2026-06-30T18:00:00Z' });
    const cameAndWent = await insertInsight('both', '2026-06-25T00:00:00Z', { retractedAt: '2026-06-26T00:00:00Z' });
    await insertInsight('went before', '2026-01-01T00:00:00Z', { retractedAt: '2026-06-23T18:00:00Z' });
    const { newInsights, retractedInsights } = await summarise(week);
    expect(newInsights.map(({ id }) => id)).toEqual([cameLast, came]);
    expect(retractedInsights.map(({ id }) => id)).toEqual([cameAndWent, wentLongAfter]);
  });
});

describe('the summary that is kept', () => {
  it('is computed once, and again when an entry changes, but not for an insight', async () => {
    const [id] = await keep({ name: 'Mood' }, '2026-06-24', [1, 2, 3]);
    const run = vi.spyOn(threads, 'runInThread');
    await Promise.all(Array.from({ length: 20 }, () => summarise(week)));
    await summarise(week);
    expect(run).toHaveBeenCalledTimes(1);
    const insight = await insertInsight('new', '2026-06-25T00:00:00Z');
    await person.graphql(`mutation { rateInsight(id: "${insight}", rating: HELPFUL) { id } }`);
    expect((await summarise(week)).newInsights).toHaveLength(1);
    expect(run).toHaveBeenCalledTimes(1);
    await person.updateEntry(id!, { value: 4 });
    expect((await summarise(week)).metrics).toMatchObject([{ level: 3 }]);
    expect(run).toHaveBeenCalledTimes(2);
    run.mockRestore();
  });

  it('knows a new name, a new clock and a deleted entry at once', async () => {
    const { id } = await person.createMetric({ name: 'Mood' });
    const entry = await person.createEntry({ metricId: id, date: '2026-06-30', value: 3 });
    expect((await summarise(week)).metrics).toMatchObject([{ metric: { name: 'Mood' }, level: 3 }]);
    await person.updateMetric(id, { name: 'State of mind' });
    expect((await summarise(week)).metrics).toMatchObject([{ metric: { name: 'State of mind' } }]);
    const now = new Date('2026-06-30T23:00:00Z');
    expect((await readSummary(viewer, 'WEEKLY', null, now)).range).toEqual(week);
    await setClock('Asia/Tokyo', 0);
    expect((await readSummary(viewer, 'WEEKLY', null, now)).range.to).toBe('2026-07-01');
    await person.deleteEntry(entry.id);
    expect((await summarise(week)).metrics).toEqual([]);
  });
});

async function summarise(range: { from: string; to: string }, client = person): Promise<Summary> {
  const query = `query ($range: DateRangeInput) { insightSummary(range: $range) { ${fields} } } ${fragment}`;
  return (await client.graphql<{ insightSummary: Summary }>(query, { range })).insightSummary;
}

/** A metric with a value a day; null leaves a day out. @returns the ids of the entries */
async function keep(metric: MetricInput, from: string, values: Iterable<unknown>): Promise<string[]> {
  const { id } = await person.createMetric({ aggregation: 'MEAN', ...metric });
  const inputs = [...values].map((value, i) => ({ metricId: id, date: fromDayNumber(toDayNumber(from) + i), value }));
  return (await person.createEntries(inputs.filter(({ value }) => value !== null))).map((entry) => entry.id);
}

const gaps = (days: number): null[] => Array.from({ length: days }, () => null);

const noise = (seed: number): Float64Array => drawAutoregressive(365, 0.3, seedUniform(seed));

/** The last days raised. */
const shift = (values: Float64Array, days: number, by: number): Float64Array =>
  values.map((value, i) => (i >= values.length - days ? value + by : value));

const setClock = (timeZone: string, dayStartsAt: number) =>
  person.graphql('mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { id } }', {
    input: { timeZone, dayStartsAt },
  });

/** An insight as an analysis would have left it. */
async function insertInsight(
  title: string,
  createdAt: string,
  { retractedAt, dismissedAt }: { retractedAt?: string; dismissedAt?: string } = {},
): Promise<string> {
  const id = newId();
  await sql.query(
    `INSERT INTO insights (user_id, id, type, key, title, confidence, range_from, range_to, metric_ids, evidence, is_active,
       created_at, retracted_at, retraction_reason, retraction_message, dismissed_at)
     VALUES ($1::uuid, $2::uuid, 'TREND', $2::text, $3::text, 1, '2026-01-01', '2026-01-01', '{}', '{}', $4::boolean,
       $5::timestamptz, $6::timestamptz, $7::text, $7::text, $8::timestamptz)`,
    [
      viewer.userId,
      id,
      title,
      !retractedAt && !dismissedAt,
      createdAt,
      retractedAt ?? null,
      retractedAt ? 'GROUND_CHANGED' : null,
      dismissedAt ?? null,
    ],
  );
  return id;
}

const viewerOf = ({ session }: Client): Viewer => ({ userId: session!.user.id, deviceId: session!.device.id });
