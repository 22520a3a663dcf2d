import type { Insight } from '../../../generated/prisma/client.ts';
import type { ChangeTransaction } from '../../changes/write-changes.ts';
import type { Sql } from '../../platform/database/database.ts';

/** Rows that are read or written at once. Between two such parts the event loop answers others. */
export const rowsAtOnce = 50;

/** All insights of a person, the retracted and dismissed ones too, in the order of their ids. */
export async function readKept({ prisma }: Pick<ChangeTransaction, 'prisma'>, userId: string): Promise<Insight[]> {
  const kept: Insight[] = [];
  for (;;) {
    const last = kept.at(-1);
    const where = { userId, ...(last && { id: { gt: last.id } }) };
    const rows = await prisma.insight.findMany({ where, orderBy: { id: 'asc' }, take: rowsAtOnce });
    kept.push(...rows);
    if (rows.length < rowsAtOnce) return kept;
  }
}

/**
 * Writes insights as given, new ones and known ones, with one statement. What the person has said of a known one (rating,
 * dismissal) is left alone. To be called in a transaction that holds the person's log, with rows read there.
 */
export const storeInsights = async (tx: Sql, userId: string, insights: readonly Insight[]): Promise<void> =>
  void (await tx.query(storeText, [userId, JSON.stringify(insights)]));

/** Columns by the property that holds them. */
const columns = {
  id: ['id', 'uuid'],
  type: ['type', 'text'],
  key: ['key', 'text'],
  title: ['title', 'text'],
  confidence: ['confidence', 'float8'],
  rangeFrom: ['range_from', 'date'],
  rangeTo: ['range_to', 'date'],
  metricIds: ['metric_ids', 'uuid[]'],
  evidence: ['evidence', 'jsonb'],
  groundSeq: ['ground_seq', 'int'],
  isActive: ['is_active', 'boolean'],
  retractedAt: ['retracted_at', 'timestamptz'],
  retractionReason: ['retraction_reason', 'text'],
  retractionMessage: ['retraction_message', 'text'],
  createdAt: ['created_at', 'timestamptz'],
  updatedAt: ['updated_at', 'timestamptz'],
} as const satisfies Partial<Record<keyof Insight, readonly [name: string, type: string]>>;

const names = Object.values(columns).map(([name]) => name);
/** What never changes once it is there. */
const fixed = new Set<string>(['id', 'key', 'created_at']);

const storeText = `
  INSERT INTO insights (user_id, ${names.join(', ')})
  SELECT $1::uuid, ${Object.keys(columns)
    .map((property) => `"${property}"`)
    .join(', ')}
  FROM jsonb_to_recordset($2::jsonb) AS given(${Object.entries(columns)
    .map(([property, [, type]]) => `"${property}" ${type}`)
    .join(', ')})
  ON CONFLICT (user_id, id) DO UPDATE SET ${names
    .filter((name) => !fixed.has(name))
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')}`;
