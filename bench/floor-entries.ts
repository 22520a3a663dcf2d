import type { Pool } from 'pg';

/** What the floor answers with, as the API shows an entry. */
export type ShownEntry = Record<string, unknown> & { id: string; createdAt: string };

export type CreateInput = {
  id: string;
  metricId: string;
  date: string;
  value: number | boolean | string;
  notes: string | null;
  tags: string[];
};

/**
 * The one statement that a write needs at least: the next number, the entry, its change. Nothing is checked that the
 * tables do not check themselves. The schema's own function makes the snapshot, so that both logs hold the same.
 */
const create = {
  name: 'create',
  text: `
  WITH head AS (UPDATE change_heads SET seq = seq + 1 WHERE user_id = $1 RETURNING seq),
  entry AS (
    INSERT INTO entries (user_id, id, metric_id, date, number, text, notes, tags) VALUES ($1, $3, $4, $5, $6, $7, $8, $9)
    RETURNING id, entry_snapshot(entries) AS snapshot
  ),
  change AS (
    INSERT INTO changes (user_id, seq, kind, entity_type, entity_id, snapshot, device_id)
    SELECT $1, head.seq, 'CREATED', 'Entry', entry.id, entry.snapshot, $2 FROM head, entry
  )
  SELECT head.seq, entry.snapshot FROM head, entry`,
};

export async function createEntry(
  pool: Pool,
  userId: string,
  deviceId: string,
  input: CreateInput,
): Promise<{ seq: number; entry: ShownEntry }> {
  const { id, metricId, date, value, notes, tags } = input;
  const number = typeof value === 'string' ? null : Number(value);
  const text = typeof value === 'string' ? value : null;
  const values = [userId, deviceId, id, metricId, date, number, text, notes, tags];
  const { rows } = await pool.query<{ seq: number; snapshot: ShownEntry }>({ ...create, values });
  const { seq, snapshot } = rows[0]!;
  return { seq, entry: toShown(snapshot, value) };
}

function toShown(snapshot: ShownEntry, value: CreateInput['value']): ShownEntry {
  const { id, metricId, date, time, notes, tags, version, createdAt, updatedAt } = snapshot;
  return { id, date, time, value, notes, tags, version, createdAt, updatedAt, metric: { id: metricId } };
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
