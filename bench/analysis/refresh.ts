import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SparseSeries } from '../../src/analysis/series/alignment.ts';
import { readConfig } from '../../src/config.ts';
import { refreshInsights } from '../../src/domains/insights/refresh.ts';
import { fromDayNumber, toDayNumber } from '../../src/kernel/civil-time.ts';
import { sql } from '../../src/platform/database/database.ts';
import { closeThreads } from '../../src/platform/thread-pool.ts';
import { startParts } from '../../src/processes/parts.ts';
import { Client } from '../../test/setup/client.ts';
import { requireEqual } from '../equality.ts';
import { startDatabaseServer } from '../installation.ts';
import { drawLife, drawWovenLife } from './life.ts';

const shape = { metrics: 40, days: 1_825, missing: 0.25, seed: 5, firstDay: toDayNumber('2021-10-01') };
const rounds = 5;
const microsecondsPerMillisecond = 1000;

/** Entry by entry, and round by round. */
type Measured = { whole: number[]; touched: number[]; changes: number[]; turns: number[]; insights: number };

/**
 * What a person waits for: one new entry, until the insights in the database are up to date, beside the same with a thread
 * that remembers nothing. What devices are told of it: changes in the log. And what everybody else feels of it: the longest turn
 * of the event loop, in processor time, since whatever else runs on the machine would weigh on it.
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
  console.log(
    `One new entry until the insights are up to date, ${shape.metrics} metrics × ${shape.days} days, PostgreSQL included`,
  );
  print('few relations', await measureLife(await Client.register(server.url!), drawLife(shape)));
  print('hundreds of relations', await measureLife(await Client.register(server.url!), drawWovenLife(shape)));
}

async function measureLife(person: Client, life: SparseSeries[]): Promise<Measured> {
  const measured: Measured = { whole: [], touched: [], changes: [], turns: [], insights: 0 };
  const metricIds = await fill(person, life);
  await refreshInsights(person.userId);
  for (const [i, metricId] of metricIds.entries()) {
    await person.createEntry({ metricId, date: dayAfter(life, i), value: usualValue(life, i) });
    const seq = await person.seq();
    const { milliseconds, longestTurn } = await measureRefresh(person.userId);
    measured.touched.push(milliseconds);
    measured.turns.push(longestTurn);
    measured.changes.push((await person.seq()) - seq);
  }
  const seen = await readInsights(person.userId);
  for (let round = 0; round < rounds; round++) {
    await closeThreads();
    measured.whole.push((await measureRefresh(person.userId)).milliseconds);
    requireEqual('the insights', seen, await readInsights(person.userId));
  }
  return { ...measured, insights: seen.length };
}

function print(label: string, { whole, touched, changes, turns, insights }: Measured): void {
  const [full, quick] = [takeMedian(whole), takeMedian(touched)];
  console.log(`  ${label} (${insights} insights)
    a thread that remembers nothing / touched only   ${(full / quick).toFixed(0)}×  (medians ${full.toFixed(0)} and ${quick.toFixed(1)} ms)
    changes of insights in the log, by entry         ${takeMedian(changes)}, at most ${Math.max(...changes)}
    longest turn of the event loop meanwhile         ${takeMedian(turns).toFixed(1)} ms, at most ${Math.max(...turns).toFixed(1)} ms`);
}

const takeMedian = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

async function measureRefresh(userId: string): Promise<{ milliseconds: number; longestTurn: number }> {
  const stop = watchTurns();
  const start = performance.now();
  await refreshInsights(userId);
  return { milliseconds: performance.now() - start, longestTurn: stop() };
}

/** Looks every millisecond, as soon as the loop lets it, how long this thread has computed. @returns the end, with the longest */
function watchTurns(): () => number {
  let [last, longest] = [process.threadCpuUsage(), 0];
  const look = () => {
    const { user, system } = process.threadCpuUsage(last);
    last = process.threadCpuUsage();
    longest = Math.max(longest, (user + system) / microsecondsPerMillisecond);
  };
  const timer = setInterval(look, 1);
  return () => {
    look();
    clearInterval(timer);
    return longest;
  };
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
