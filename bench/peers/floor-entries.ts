import type { Pool, PoolClient } from 'pg';
import { queueAnalysis } from './follow-up-queue.ts';
import type { Visitor } from './sessions.ts';

/** An entry as the log has it. */
export type Snapshot = Record<string, unknown> & {
  id: string;
  metricId: string;
  number: number | null;
  text: string | null;
};

export type CreateInput = {
  id: string;
  metricId: string;
  date: string;
  value: number | boolean | string;
  notes: string | null;
  tags: string[];
};

/**
 * The one statement that a write needs at least: the session still is open, the next number, the entry, its change. Nothing
 * is checked that the tables do not check themselves. The schema's own function makes the snapshot, so that all logs hold
 * the same. It does nothing unless an analysis waits already, or $10 says that one has been queued.
 */
const create = {
  name: 'create',
  text: `
  WITH head AS (
    UPDATE change_heads SET seq = seq + 1, follow_up_queued = true
    WHERE user_id = $1 AND (follow_up_queued OR $10)
      AND EXISTS (SELECT FROM sessions WHERE user_id = $1 AND id = $2 AND ended_at IS NULL)
    RETURNING seq
  ),
  entry AS (
    INSERT INTO entries (user_id, id, metric_id, date, number, text, notes, tags)
    SELECT $1, $3, $4, $5, $6, $7, $8, $9 FROM head
    RETURNING id, entry_snapshot(entries) AS snapshot
  ),
  change AS (
    INSERT INTO changes (user_id, seq, kind, entity_type, entity_id, snapshot, device_id)
    SELECT $1, head.seq, 'CREATED', 'Entry', entry.id, entry.snapshot, $2 FROM head, entry
  )
  SELECT head.seq, entry.snapshot FROM head, entry`,
};

type Written = { seq: number; snapshot: Snapshot };

/** Writes an entry. @returns null when the session has ended */
export async function createEntry(
  pool: Pool,
  { userId, deviceId }: Visitor,
  input: CreateInput,
): Promise<{ seq: number; entry: object } | null> {
  const { id, metricId, date, value, notes, tags } = input;
  const number = typeof value === 'string' ? null : Number(value);
  const text = typeof value === 'string' ? value : null;
  const values = [userId, deviceId, id, metricId, date, number, text, notes, tags];
  const { rows } = await pool.query<Written>({ ...create, values: [...values, false] });
  const written = rows[0] ?? (await createFirst(pool, userId, values));
  return written ? { seq: written.seq, entry: toShown(written.snapshot, value) } : null;
}

/** With the job, in one transaction: the first write after an analysis has begun. */
async function createFirst(pool: Pool, userId: string, values: unknown[]): Promise<Written | undefined> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<Written>({ ...create, values: [...values, true] });
    if (rows[0]) await queueAnalysis(userId, toQueueDatabase(client));
    await client.query(rows[0] ? 'COMMIT' : 'ROLLBACK');
    return rows[0];
  } finally {
    client.release();
  }
}

const toQueueDatabase = (client: PoolClient) => ({
  executeSql: (text: string, values?: unknown[]) => client.query(text, values),
});

/** An entry as the API shows it. */
export function toShown(snapshot: Snapshot, value: unknown): object {
  const { id, metricId, date, time, notes, tags, source, version, createdAt, updatedAt } = snapshot;
  return { id, metricId, date, time, value, notes, tags, source, version, createdAt, updatedAt };
}

/** A page of entries with their metrics: one join along the index of the list. */
const list = {
  name: 'list',
  text: `
  SELECT e.id, e.date::text, e.time::text, e.number, e.text, e.notes, e.tags, e.version, m.id AS metric_id, m.name, m.type, m.unit
  FROM entries e JOIN metrics m ON m.user_id = e.user_id AND m.id = e.metric_id
  WHERE e.user_id = $1 AND e.date >= $2 ORDER BY e.date DESC, e.id DESC LIMIT 50`,
};

type ListedRow = {
  id: string;
  date: string;
  time: string | null;
  number: number | null;
  text: string | null;
  notes: string | null;
  tags: string[];
  version: number;
  metric_id: string;
  name: string;
  type: string;
  unit: string | null;
};

export async function listEntries(pool: Pool, userId: string, from: string): Promise<object> {
  const { rows } = await pool.query<ListedRow>({ ...list, values: [userId, from] });
  return { edges: rows.map((row) => ({ node: toNode(row) })) };
}

function toNode({
  id,
  date,
  time,
  number,
  text,
  notes,
  tags,
  version,
  metric_id,
  name,
  type,
  unit,
}: ListedRow): object {
  const value = type === 'BINARY' ? number === 1 : (number ?? text);
  return { id, date, time, value, notes, tags, version, metric: { id: metric_id, name, type, unit } };
}
