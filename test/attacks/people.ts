import { randomUUID } from 'node:crypto';
import { newId } from '../../src/kernel/ids.ts';
import { sql } from '../../src/platform/database/database.ts';
import { createImport } from '../domains/imports/transfer.ts';
import { Client } from '../setup/client.ts';

/** One of each that a person can own and name by its id. */
export type Things = {
  metricId: string;
  otherMetricId: string;
  entryId: string;
  insightId: string;
  importId: string;
  jobId: string;
  deviceId: string;
};

/** Somebody who owns things; `mark` stands in every text of theirs, so that it is seen wherever it leaks. */
export type Person = { client: Client; things: Things; mark: string };

const thingNames = ['metricId', 'otherMetricId', 'entryId', 'insightId', 'importId', 'jobId', 'deviceId'] as const;

/** Ids of things that nobody has. */
export const randomThings = (): Things => Object.fromEntries(thingNames.map((name) => [name, newId()])) as Things;

/** Settings with which no analysis runs, and takes the insights back that these tests have made. */
export const withoutAnalysis = { INSIGHTS_DEBOUNCE_SECONDS: '86400' };

export async function createPerson(url: string): Promise<Person> {
  const mark = `hush-${randomUUID()}`;
  const client = await Client.register(url, { email: `${mark}@example.org`, deviceName: mark });
  return { client, mark, things: await createThings(client, mark) };
}

/** New things for somebody, so much of each that every question has an answer. */
export async function createThings(client: Client, mark: string): Promise<Things> {
  const metrics = [await client.createMetric({ name: mark }), await client.createMetric({ name: `${mark} too` })];
  const inputs = Array.from({ length: 60 }, (_, i) => ({
    metricId: metrics[i % 2]!.id,
    date: new Date(Date.UTC(2026, 9, 1 + Math.floor(i / 2))).toISOString().slice(0, 10),
    value: ((i * 7) % 11) + (i % 2) * (i % 5),
    notes: mark,
  }));
  const [entry] = await client.createEntries(inputs);
  const device = await Client.login(client.url, client.session!.user.email);
  return {
    metricId: metrics[0]!.id,
    otherMetricId: metrics[1]!.id,
    entryId: entry!.id,
    insightId: await insertInsight(client.userId, metrics[0]!.id, mark),
    importId: (await createImport(client, 'CSV')).id,
    jobId: await findWaitingJob(client.userId),
    deviceId: device.session!.device.id,
  };
}

/** The analysis that the entries have asked for. */
async function findWaitingJob(userId: string): Promise<string> {
  const [job] = await sql.query<{ id: string }>(`SELECT id FROM pgboss.job WHERE data->>'userId' = $1::text`, [userId]);
  return job!.id;
}

/** An insight as an analysis would have left it. */
async function insertInsight(userId: string, metricId: string, title: string): Promise<string> {
  const id = newId();
  const range = { from: '2026-10-01', to: '2026-10-30' };
  const numbers = { slopePerDay: 0.1, n: 30, pValue: 0.01, strength: 0.5, velocity: null, acceleration: null };
  const evidence = { kind: 'Trend', metricId, range, direction: 'RISING', ...numbers };
  await sql.query(
    `INSERT INTO insights (user_id, id, type, key, title, confidence, range_from, range_to, metric_ids, evidence)
     VALUES ($1::uuid, $2::uuid, 'TREND', $2::text, $3::text, 1, '2026-01-01', '2026-01-02', $4::uuid[], $5::jsonb)`,
    [userId, id, title, [metricId], JSON.stringify(evidence)],
  );
  return id;
}

/** A text with the ids of things as their names, and without what is new with every answer. */
export const withoutIds = (text: string, things: Things): string =>
  Object.entries(things)
    .reduce((before, [name, id]) => before.replaceAll(id, `<${name}>`), text)
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<instant>')
    .replaceAll(/"(\w*)seq":\d+/gi, '"$1seq":<number>');
