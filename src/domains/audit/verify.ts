import { sql } from '../../platform/database/database.ts';
import { hashLink, isSameHash, type Head, type Link } from './chain.ts';
import { isGenuine, readHead } from './heads.ts';
import { auditKey } from './keys.ts';
import { findStray, readLinks } from './links.ts';

/** What can be wrong with a chain. */
export type ChainProblem =
  | 'MISSING'
  | 'ALTERED'
  | 'UNEXPECTED'
  | 'HEAD_ALTERED'
  | 'HEAD_MISSING'
  | 'KEY_UNKNOWN'
  | 'ROLLED_BACK';

/** The first broken link; no number where all of the chain is concerned. */
export type Break = { seq: number | null; problem: ChainProblem };

/** How somebody's chain was found: how many links are sound, up to the first one that is not. */
export type ChainReport = { userId: string; events: number; head: Head | null; broken: Break | null };

/**
 * Looks at every link of somebody's chain. What is appended or cut meanwhile does not look like a fault.
 */
export async function checkChain(userId: string): Promise<ChainReport> {
  const report = await walk(userId);
  if (!report.broken) return report;
  // Retention may have cut what was to be looked at.
  const isMoved = (await readHead(sql, userId))?.firstSeq !== report.head?.firstSeq;
  return isMoved ? walk(userId) : report;
}

async function walk(userId: string): Promise<ChainReport> {
  const head = await readHead(sql, userId);
  const { events, broken } = head ? await walkLinks(head) : { events: 0, broken: null };
  return { userId, head, events, broken: broken ?? (await checkEnds(userId, head)) };
}

async function walkLinks(head: Head): Promise<{ events: number; broken: Break | null }> {
  let events = 0;
  let hashBefore = head.hashBefore;
  for await (const link of readLinks(head.userId, head.seq)) {
    const problem = checkLink(link, head.firstSeq + events, hashBefore);
    if (problem) return { events, broken: problem };
    hashBefore = link.hash;
    events += 1;
  }
  const next = head.firstSeq + events;
  return { events, broken: next <= head.seq ? { seq: next, problem: 'MISSING' } : checkHead(head, hashBefore) };
}

function checkLink(link: Link, seq: number, hashBefore: string): Break | null {
  if (link.seq < seq) return { seq: link.seq, problem: 'UNEXPECTED' };
  if (link.seq > seq) return { seq, problem: 'MISSING' };
  const key = auditKey(link.keyGeneration);
  if (!key) return { seq, problem: 'KEY_UNKNOWN' };
  return isSameHash(hashLink(key, link, hashBefore), link.hash) ? null : { seq, problem: 'ALTERED' };
}

function checkHead(head: Head, lastHash: string): Break | null {
  if (isSameHash(head.hash, lastHash) && isGenuine(head)) return null;
  return { seq: head.seq, problem: auditKey(head.keyGeneration) ? 'HEAD_ALTERED' : 'KEY_UNKNOWN' };
}

async function checkEnds(userId: string, head: Head | null): Promise<Break | null> {
  const stray = await findStray(userId);
  if (stray !== null) return { seq: stray, problem: head ? 'UNEXPECTED' : 'HEAD_MISSING' };
  return !head && (await isHeadMissing(userId)) ? { seq: null, problem: 'HEAD_MISSING' } : null;
}

/** Whoever has registered since there is an audit log has one. */
const registeredSince = `u.created_at > (
  SELECT max(m.finished_at) FROM _prisma_migrations m WHERE m.migration_name = '20261122010000_audit')`;

async function isHeadMissing(userId: string): Promise<boolean> {
  const found = await sql.query(`SELECT 1 AS one FROM users u WHERE u.id = $1::uuid AND ${registeredSince}`, [userId]);
  return found.length > 0;
}

/** People looked for at a time. */
const batch = 500;

/** Looks at every chain there is, those of erased people too, one after the other. */
export async function* checkAllChains(): AsyncGenerator<ChainReport> {
  for (const text of [peopleWithHead, peopleWithLinksAlone, peopleWithNothing])
    for await (const id of findPeople(text)) yield await checkChain(id);
}

async function* findPeople(text: string): AsyncGenerator<string> {
  for (let after: string | null = null; ;) {
    const people: { id: string }[] = await sql.query<{ id: string }>(text, [after]);
    for (const { id } of people) yield id;
    if (people.length < batch) return;
    after = people.at(-1)!.id;
  }
}

const peopleWithHead = `
  SELECT h.user_id AS id FROM audit_heads h WHERE $1::uuid IS NULL OR h.user_id > $1::uuid ORDER BY 1 LIMIT ${batch}`;

const peopleWithLinksAlone = `
  SELECT DISTINCT e.user_id AS id FROM audit_events e
  WHERE ($1::uuid IS NULL OR e.user_id > $1::uuid) AND NOT EXISTS (SELECT FROM audit_heads h WHERE h.user_id = e.user_id)
  ORDER BY 1 LIMIT ${batch}`;

const peopleWithNothing = `
  SELECT u.id FROM users u
  WHERE ($1::uuid IS NULL OR u.id > $1::uuid) AND ${registeredSince}
    AND NOT EXISTS (SELECT FROM audit_heads h WHERE h.user_id = u.id)
    AND NOT EXISTS (SELECT FROM audit_events e WHERE e.user_id = u.id)
  ORDER BY 1 LIMIT ${batch}`;
