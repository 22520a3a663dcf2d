import type { Sql } from '../../platform/database/database.ts';
import type { NewMetric } from '../metrics/metrics.ts';
import { BrokenFileError } from './broken-file.ts';
import { importLimits } from './input.ts';
import { insertStagedEntries, stagedEntry, type EntryRow, type StagedEntry } from './staged-entry.ts';

/** Which import's rows. */
export type StagingKey = { userId: string; importId: string };

export type StagedKind = 'METRIC' | 'ENTRY';

/** A row on its way into the staging table. */
export type NewStagedRow =
  | { row: number; kind: 'METRIC'; itemId: string; payload: object }
  | { row: number; kind: 'ENTRY'; itemId: string; entry: StagedEntry; question?: string | undefined };

/** A row of the staging table. */
export type StagedRow<Payload> = {
  ordinal: number;
  row: number;
  itemId: string;
  payload: Payload;
  question: string | null;
};

/** Which entries to read: new ones unless another status is named; with `isOpen` those that wait for an answer. */
export type Choice = { status?: 'NEW' | 'CHANGED'; isOpen?: boolean };

export type Staging = {
  /** Takes a row; writes once there are enough of them. @throws BrokenFileError when the file has too many */
  add: (row: NewStagedRow) => Promise<void> | void;
  /** Writes what is left. */
  flush: () => Promise<void>;
};

/** Rows of one statement, and characters: whichever is reached first. */
const batch = { rows: 1000, characters: 1_000_000 } as const;

/** Opens the staging table for the rows of one upload. Holds no more than one batch in memory, and one on its way. */
export function openStaging(sql: Sql, { userId, importId }: StagingKey): Staging {
  const counts: Record<StagedKind, number> = { METRIC: 0, ENTRY: 0 };
  let entries: EntryRow[] = [];
  let metrics: object[] = [];
  let characters = 0;
  let ordinal = 0;
  let underWay: Promise<unknown> = Promise.resolve();

  const send = async (): Promise<void> => {
    const statements: [string, unknown[]][] = [];
    if (entries.length > 0) statements.push(insertStagedEntries(entries));
    if (metrics.length > 0) statements.push([insertStagedMetrics, [JSON.stringify(metrics)]]);
    [entries, metrics, characters] = [[], [], 0];
    await underWay;
    // The next rows are read while these are written.
    underWay = Promise.all(statements.map(([text, values]) => sql.query(text, [userId, importId, ...values])));
    // Whoever adds the next rows hears of it.
    underWay.catch(() => undefined);
  };
  const add = (row: NewStagedRow) => {
    if (++counts[row.kind] > importLimits.items) throw new BrokenFileError(tooMany);
    ordinal++;
    if (row.kind === 'ENTRY') {
      entries.push({ ...row, ordinal, question: row.question ?? null });
      characters += (row.entry.text?.length ?? 0) + (row.entry.notes?.length ?? 0) + 100;
    } else {
      metrics.push({ ...row, ordinal });
      characters += JSON.stringify(row.payload).length;
    }
    if (entries.length + metrics.length >= batch.rows || characters >= batch.characters) return send();
  };
  const flush = async () => {
    await send();
    await underWay;
  };
  return { add, flush };
}

const tooMany = `The file holds more than ${importLimits.items} values. Split it into several files.`;

const insertStagedMetrics = `
  INSERT INTO import_rows (user_id, import_id, ordinal, "row", kind, item_id, payload)
  SELECT $1::uuid, $2::uuid, (i.row->>'ordinal')::int, (i.row->>'row')::int, 'METRIC', (i.row->>'itemId')::uuid, i.row->'payload'
  FROM jsonb_array_elements($3::jsonb) AS i(row)`;

/** The new metrics that a file brings, in their order: they are few. */
export const readStagedMetrics = (sql: Sql, { userId, importId }: StagingKey): Promise<StagedRow<NewMetric>[]> =>
  sql.query<StagedRow<NewMetric>>(
    `SELECT ordinal, "row", item_id AS "itemId", payload, question FROM import_rows
     WHERE user_id = $1::uuid AND import_id = $2::uuid AND kind = 'METRIC' AND status = 'NEW' ORDER BY ordinal`,
    [userId, importId],
  );

/**
 * Entries in their order, in pages that look at so many places each. By places and not by a limit: what a page costs then
 * does not depend on what the planner knows about the table, which on the embedded database is nothing.
 */
export async function* readStagedEntries<Payload>(
  sql: Sql,
  key: StagingKey,
  { status = 'NEW', isOpen = false }: Choice = {},
): AsyncGenerator<StagedRow<Payload>[]> {
  const last = await readLastPlace(sql, key);
  for (let from = 1; from <= last; from += batch.rows) {
    const page = await sql.query<StagedRow<Payload>>(
      `SELECT ordinal, "row", item_id AS "itemId", ${stagedEntry} AS payload, question FROM import_rows
       WHERE user_id = $1::uuid AND import_id = $2::uuid AND ordinal >= $3::int AND ordinal < $4::int
         AND kind = 'ENTRY' AND status = $5::text AND (NOT $6::boolean OR question IS NOT NULL)
       ORDER BY ordinal`,
      [key.userId, key.importId, from, from + batch.rows, status, isOpen],
    );
    if (page.length > 0) yield page;
  }
}

/** The place of the last staged row; 0 when there is none. */
export async function readLastPlace(sql: Sql, { userId, importId }: StagingKey): Promise<number> {
  const [row] = await sql.query<{ last: number }>(
    'SELECT coalesce(max(ordinal), 0) AS last FROM import_rows WHERE user_id = $1::uuid AND import_id = $2::uuid',
    [userId, importId],
  );
  return row!.last;
}

/** Removes everything an import has staged. @returns how many rows that was */
export async function clearStaging(sql: Sql, { userId, importId }: StagingKey): Promise<number> {
  const [gone] = await sql.query<{ rows: number }>(
    `WITH gone AS (DELETE FROM import_rows WHERE user_id = $1::uuid AND import_id = $2::uuid RETURNING 1)
     SELECT count(*)::int AS rows FROM gone`,
    [userId, importId],
  );
  return gone!.rows;
}
