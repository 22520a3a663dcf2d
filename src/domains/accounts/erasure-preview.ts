import type { Outliving, RetentionDays } from '../../kernel/define-domain.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { sql } from '../../platform/database/database.ts';
import { countBelongings } from './belongings.ts';
import { countJobsOf } from '../../platform/jobs/finished-jobs.ts';

/** Rows, or files, of a person in one place. */
export type KindOfData = { kind: string; rows: number };

/** What an erased account leaves behind, and for how many days; null is for ever. */
export type Remainder = KindOfData & { reason: string; days: number | null };

/** What erasing an account would take away, and what it would not. */
export type ErasurePreview = { erased: KindOfData[]; remaining: Remainder[] };

let outliving: readonly Outliving[] = [];
let days: RetentionDays | undefined;

/** Says which tables outlive an account, and how long their rows are kept. At the start. */
export function configureErasure(tables: readonly Outliving[], retentionDays: RetentionDays): void {
  outliving = tables;
  days = retentionDays;
}

const note: Omit<Remainder, 'rows'> = {
  kind: 'erasure',
  reason: 'The random id of the account and the time of its end, so that a backup does not bring it back.',
  days: null,
};

/** Counts the viewer's rows in every table of persons there is. A table that is forgotten here cannot be: the database lists them. */
export async function previewErasure({ userId }: Viewer): Promise<ErasurePreview> {
  const counts = new Map<string, number>();
  for (const table of await readTables()) counts.set(table, await countRows(table, userId));
  const isErased = ([table]: [string, number]) => outliving.every((each) => each.table !== table);
  const erased = [...counts].filter(isErased).map(([table, rows]) => ({ kind: toKind(table), rows }));
  const remaining = outliving.map(({ table, reason, days: setting }) => ({
    kind: toKind(table),
    rows: counts.get(table) ?? 0,
    reason,
    days: days?.[setting] || null,
  }));
  return {
    erased: [
      { kind: 'account', rows: 1 },
      ...erased,
      { kind: 'jobs', rows: await countJobsOf(userId) },
      ...(await countBelongings(userId)),
    ],
    remaining: [...remaining, { ...note, rows: 1 }],
  };
}

/** In a person's words: import_rows are import rows. */
const toKind = (table: string): string => table.replaceAll('_', ' ');

async function readTables(): Promise<string[]> {
  const rows = await sql.query<{ name: string }>(
    `SELECT c.relname::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id'
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'erasures' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

async function countRows(table: string, userId: string): Promise<number> {
  const text = `SELECT count(*)::int AS rows FROM "${table}" WHERE user_id = $1::uuid`;
  const [row] = await sql.query<{ rows: number }>(text, [userId]);
  return row!.rows;
}
