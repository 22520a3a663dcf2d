import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { SparseSeries } from '../../src/analysis/series/alignment.ts';
import { readConfig } from '../../src/config.ts';
import { refreshInsights } from '../../src/domains/insights/refresh.ts';
import { fromDayNumber, toDayNumber } from '../../src/kernel/civil-time.ts';
import { sql } from '../../src/platform/database.ts';
import { closeThreads } from '../../src/platform/thread-pool.ts';
import { startParts } from '../../src/processes/parts.ts';
import { Client } from '../../test/setup/client.ts';
import { requireEqual } from '../equality.ts';
import { startDatabaseServer } from '../installation.ts';
import { drawLife } from './life.ts';

const shape = { metrics: 40, days: 1_825, missing: 0.25, seed: 5, firstDay: toDayNumber('2021-10-01') };
const rounds = 5;
const nanosecondsPerMillisecond = 1e6;

/**
 * What a person waits for: one new entry, until the insights in the database are up to date, beside the same with a thread
 * that remembers nothing. And what everybody else feels of it: the longest the event loop stood still.
 */
export async function compareRefresh(stops: (() => unknown)[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lifegraph-bench-'));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  const settings = {
    DATABASE_URL: (await startDatabaseServer(stops)).url,
    DATA_DIR: folder,
    PORT: '0',
    LOG_LEVEL: 'silent',
  };
  const server = await startParts(readConfig({ ...settings, INSIGHTS_DEBOUNCE_SECONDS: '3600' }));
  stops.push(server.stop);
  const person = await Client.register(server.url!);
  const life = drawLife(shape);
  const metricIds = await fill(person, life);
  await measureRefresh(person.userId);
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const touched: number[] = [];
  for (const [i, metricId] of metricIds.entries()) {
    await person.createEntry({ metricId, date: dayAfter(life, i), value: usualValue(life, i) });
    touched.push(await measureRefresh(person.userId));
  }
  const seen = await readInsights(person.userId);
  const whole: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await closeThreads();
    whole.push(await measureRefresh(person.userId));
    requireEqual('the insights', seen, await readInsights(person.userId));
  }
  print(whole, touched, loop);
}

function print(whole: number[], touched: number[], loop: ReturnType<typeof monitorEventLoopDelay>): void {
  const [full, quick] = [whole, touched].map((times) => times.toSorted((a, b) => a - b)[rounds >> 1]!) as [
    number,
    number,
  ];
  console.log(`One new entry until the insights are up to date, ${shape.metrics} metrics × ${shape.days} days, PostgreSQL included
  a thread that remembers nothing / touched only   ${(full / quick).toFixed(0)}×  (medians ${full.toFixed(0)} and ${quick.toFixed(1)} ms)
  longest stall of the event loop meanwhile ${(loop.max / nanosecondsPerMillisecond).toFixed(1)} ms, p99 ${(loop.percentile(99) / nanosecondsPerMillisecond).toFixed(1)} ms (it is looked at every ms)`);
}

async function measureRefresh(userId: string): Promise<number> {
  const start = performance.now();
  await refreshInsights(userId);
  return performance.now() - start;
}

/** Opens the metrics through the API, and writes the entries past it: there are too many to send one by one. */
async function fill(person: Client, life: SparseSeries[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [i, { days, values }] of life.entries()) {
    const { id } = await person.createMetric({ name: `Metric ${i}`, aggregation: 'MEAN' });
    ids.push(id);
    await sql.query(
      `INSERT INTO entries (user_id, id, metric_id, date, number)
       SELECT $1::uuid, gen_random_uuid(), $2::uuid, DATE '1970-01-01' + day, number
       FROM unnest($3::int[], $4::float8[]) AS given(day, number)`,
      [person.userId, id, [...days], [...values]],
    );
  }
  await sql.query('VACUUM ANALYZE entries');
  return ids;
}

const dayAfter = (life: SparseSeries[], i: number): string => fromDayNumber(life[i]!.days.at(-1)! + 1);

/** The middle one: a day like any other. */
const usualValue = (life: SparseSeries[], i: number): number =>
  life[i]!.values.toSorted()[life[i]!.values.length >> 1]!;

const readInsights = (userId: string): Promise<object[]> =>
  sql.query('SELECT key, title, evidence, is_active FROM insights WHERE user_id = $1::uuid ORDER BY key', [userId]);
