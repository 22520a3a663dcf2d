import type { MetricFacts, PersonFacts } from '../../analysis/engine/findings.ts';
import type { Preference } from '../../analysis/recommendations/recommendations.ts';
import { readHead } from '../../changes/replay.ts';
import { toDayNumber, toLocalDay } from '../../kernel/civil-time.ts';
import { UnavailableError } from '../../kernel/errors.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { sql } from '../../platform/database/database.ts';
import { onErasure } from '../../platform/forgetting/erasures.ts';
import { runInResidentThread, tellResidentThread } from '../../platform/thread-pool.ts';
import { getUser } from '../accounts/accounts.ts';
import { readDailySeries } from '../entries/series.ts';
import { readTouchedMetrics } from '../entries/touched-metrics.ts';
import { readMetrics } from '../metrics/metrics.ts';
import type { Analysis, SeriesUpdate } from './analysis-thread.ts';
import type { NamedMetric } from './sentences/numbers.ts';

const threadModule = new URL('./analysis-thread.ts', import.meta.url);
onErasure((userId) => tellResidentThread(threadModule, 'forgetPerson', userId));
const millisecondsPerDay = 86_400_000;
/** Callers of one person that overtake each other begin anew so often. */
const mostTries = 5;

/**
 * Everything that holds for the person now, by their active metrics. The arithmetic runs in a thread, which remembers the
 * person: only what has changed since the last time is read and computed again.
 */
export async function analyse(viewer: Viewer): Promise<Analysis> {
  const metrics = await readMetrics(viewer);
  const active = metrics.filter(({ isActive, type }) => isActive && type !== 'TEXT');
  const facts: PersonFacts = {
    metrics: active.map(({ id, type, desired, isActionable }) => ({
      id,
      desired: desired as MetricFacts['desired'],
      isActionable,
      isDuration: type === 'DURATION',
    })),
    preferences: await readPreferences(viewer),
  };
  const limit = await findLimit(viewer);
  const ids = active.map(({ id }) => id);
  const named = new Map(active.map(({ id, name, unit, type }): [string, NamedMetric] => [id, { name, unit, type }]));
  for (let tries = 0; tries < mostTries; tries++) {
    const update = { ...(await readUpdate(viewer, ids)), limit, facts, metrics: named } satisfies SeriesUpdate;
    const analysis = await runInResidentThread<Analysis | null>(threadModule, 'analysePerson', update);
    if (analysis) return analysis;
  }
  throw new UnavailableError('The data change faster than they can be analysed. Try again in a moment.');
}

/** The last day that is looked at: the person's own today, or tomorrow where a device's clock is ahead. */
export async function findLimit(viewer: Viewer): Promise<number> {
  const user = await getUser(viewer);
  return toDayNumber(toLocalDay(new Date(), user?.timeZone ?? 'UTC', user?.dayStartsAt ?? 0)) + 1;
}

/** What the thread does not know yet. The number is read first: what comes after it will be read again. */
async function readUpdate(viewer: Viewer, ids: string[]): Promise<Omit<SeriesUpdate, 'limit' | 'facts' | 'metrics'>> {
  const { userId } = viewer;
  const after = await runInResidentThread<number | null>(threadModule, 'findSeenSeq', userId);
  const seq = await readHead(userId);
  const touched = after === null ? null : await readTouchedMetrics(viewer, after);
  const read = touched ? ids.filter((id) => touched.includes(id)) : ids;
  const series = read.length > 0 ? await readDailySeries(viewer, null, read) : [];
  return { userId, seq, after: touched ? after : null, series, read, ids };
}

/** What the person has said of insights about two metrics. */
async function readPreferences({ userId }: Viewer): Promise<Preference[]> {
  const rows = await sql.query<Omit<Preference, 'ageDays'> & { age: number }>(
    `SELECT evidence->>'driver' AS driver, evidence->>'outcome' AS outcome, rating,
            extract(epoch FROM now() - rated_at)::float8 * 1000 AS age
     FROM insights WHERE user_id = $1::uuid AND rating IS NOT NULL AND rated_at IS NOT NULL
       AND type IN ('CORRELATION', 'RECOMMENDATION')
     ORDER BY id`,
    [userId],
    'read-preferences',
  );
  // In whole days: otherwise each look would find other numbers.
  return rows.map(({ age, ...row }) => ({ ...row, ageDays: Math.floor(age / millisecondsPerDay) }));
}
