import { sql, type Sql } from '../../platform/database/database.ts';
import type { Link } from './chain.ts';

/** Links read at a time. */
const batch = 1000;

export const linkColumns = `e.user_id AS "userId", e.seq, (extract(epoch FROM e.at) * 1000)::float8 AS at, e.action,
  e.device_id AS "deviceId", encode(e.details, 'hex') AS details, e.key_generation AS "keyGeneration", encode(e.hash, 'hex') AS hash`;

/** The links of somebody's chain up to a number, in their order, a page at a time. */
export async function* readLinks(userId: string, upTo: number): AsyncGenerator<Link> {
  for (let after = -2_147_483_648; ;) {
    const page: Link[] = await sql.query<Link>(
      `SELECT ${linkColumns} FROM audit_events e WHERE e.user_id = $1::uuid AND e.seq > $2::int AND e.seq <= $3::int
       ORDER BY e.seq LIMIT ${batch}`,
      [userId, after, upTo],
      'read-audit-links',
    );
    yield* page;
    if (page.length < batch) return;
    after = page.at(-1)!.seq;
  }
}

/** The hash of one link; null when there is none of this number. */
export async function readHash(on: Sql, userId: string, seq: number): Promise<string | null> {
  const [link] = await on.query<{ hash: string }>(
    `SELECT encode(hash, 'hex') AS hash FROM audit_events WHERE user_id = $1::uuid AND seq = $2::int`,
    [userId, seq],
  );
  return link?.hash ?? null;
}

/** The first link that the head of the chain does not know: before its first one, after its newest one, or without a head. */
export async function findStray(userId: string): Promise<number | null> {
  const [stray] = await sql.query<{ seq: number }>(
    `SELECT e.seq FROM audit_events e LEFT JOIN audit_heads h ON h.user_id = e.user_id
     WHERE e.user_id = $1::uuid AND (h.user_id IS NULL OR e.seq < h.first_seq OR e.seq > h.seq) ORDER BY e.seq LIMIT 1`,
    [userId],
    'find-audit-stray',
  );
  return stray?.seq ?? null;
}
