import {
  defineJob,
  type Amount,
  type JobDefinition,
  type Retention,
  type RetentionDays,
} from '../../kernel/define-domain.ts';
import { sql } from '../database/database.ts';
import { log } from '../observation/log.ts';

/** Rows that go with one statement. */
const batch = 1000;
const dayMilliseconds = 86_400_000;

/** The job that lets go of what has been kept long enough, once a day. */
export const retentionJob = (kinds: readonly Retention[], days: RetentionDays): JobDefinition =>
  defineJob({
    name: 'retention',
    schedule: '40 2 * * *',
    expireInSeconds: 3 * 3600,
    run: async (_: object, signal) => void (await runRetention(kinds, days, signal)),
  });

/** Lets go of it now. One kind that fails does not keep the others. @returns how many rows of each kind went */
export async function runRetention(
  kinds: readonly Retention[],
  days: RetentionDays,
  signal?: AbortSignal,
): Promise<Record<string, number>> {
  const gone: Record<string, number> = {};
  let failure: unknown;
  for (const kind of kinds.filter((each) => days[each.days] > 0 && !signal?.aborted)) {
    try {
      gone[kind.name] = await kind.forget(beforeOf(kind, days), signal);
    } catch (err) {
      log.error({ err, kind: kind.name }, 'something that was kept long enough could not be let go of');
      failure = err;
    }
  }
  log.info({ gone }, 'what was kept long enough is gone');
  if (failure) throw failure;
  return gone;
}

/** What one kind would lose now. */
export type RetentionPreview = Amount & { name: string; days: number };

/** What would go if runRetention ran now. Changes nothing. */
export async function previewRetention(kinds: readonly Retention[], days: RetentionDays): Promise<RetentionPreview[]> {
  const previews: RetentionPreview[] = [];
  for (const kind of kinds) {
    const amount = days[kind.days] > 0 ? await kind.count(beforeOf(kind, days)) : { rows: 0, oldest: null };
    previews.push({ name: kind.name, days: days[kind.days], ...amount });
  }
  return previews;
}

const beforeOf = (kind: Retention, days: RetentionDays): Date =>
  new Date(Date.now() - days[kind.days] * dayMilliseconds);

/** SQL of our own, never of a person. */
type OldRows = {
  table: string;
  /** Its primary key. */
  key: string;
  /** The column that says how old a row is. */
  at: string;
  /** Which rows go; `$1::timestamptz` is the time before which all is old. Those with an older `at` when nothing is said. */
  where?: string;
};

/** How rows of a table are counted and let go of. */
export function oldRows({
  table,
  key,
  at,
  where = `${at} < $1::timestamptz`,
}: OldRows): Pick<Retention, 'count' | 'forget'> {
  const count = async (before: Date) => {
    const text = `SELECT count(*)::int AS rows, min(${at}) AS oldest FROM ${table} WHERE ${where}`;
    const [amount] = await sql.query<Amount>(text, [before]);
    return amount!;
  };
  const text = `
    WITH old AS (SELECT ${key} FROM ${table} WHERE ${where} LIMIT ${batch}),
    gone AS (DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM old) RETURNING 1)
    SELECT count(*)::int AS rows FROM gone`;
  const forget = async (before: Date, signal?: AbortSignal) => {
    let rows = 0;
    for (;;) {
      const [gone] = await sql.query<{ rows: number }>(text, [before]);
      rows += gone!.rows;
      if (gone!.rows < batch || signal?.aborted) return rows;
    }
  };
  return { count, forget };
}
