import { InvalidInputError } from '../../kernel/errors.ts';
import type { Page } from '../../kernel/page.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { sql } from '../../platform/database/database.ts';
import { log } from '../../platform/observation/log.ts';
import { SealError, unseal } from '../../platform/secrets/vault.ts';
import type { AuditAction, AuditDetails, AuditEvent } from './audit-event.ts';
import { isSameHash, type Head } from './chain.ts';
import { readHash } from './links.ts';
import { placeOf } from './record.ts';
import { checkChain, type ChainProblem, type ChainReport } from './verify.ts';

type Row = { seq: number; at: Date; action: AuditAction; deviceId: string | null; details: Uint8Array | null };

/** What is recorded of the viewer, the newest first. The page's key is the number. */
export async function listEvents({ userId }: Viewer, page: Page): Promise<AuditEvent[]> {
  const rows = await sql.query<Row>(
    `SELECT seq, at, action, device_id AS "deviceId", details FROM audit_events
     WHERE user_id = $1::uuid AND ($2::int IS NULL OR seq < $2::int) AND ($3::int IS NULL OR seq > $3::int)
     ORDER BY seq ${page.fromEnd ? 'ASC' : 'DESC'} LIMIT $4::int`,
    [userId, page.after?.[0] ?? null, page.before?.[0] ?? null, page.limit],
    page.fromEnd ? 'list-audit-events-from-end' : 'list-audit-events',
  );
  const events: AuditEvent[] = [];
  for (const row of page.fromEnd ? rows.toReversed() : rows) events.push(await open(userId, row));
  return events;
}

async function open(userId: string, { details, ...row }: Row): Promise<AuditEvent> {
  return { ...row, details: details ? await openDetails(userId, row.seq, details) : {} };
}

/** Nothing for what somebody has tampered with: that it was is for the check to say, and the others are to be read. */
async function openDetails(userId: string, seq: number, details: Uint8Array): Promise<AuditDetails> {
  try {
    return JSON.parse(await unseal(sql, userId, placeOf(seq), details)) as AuditDetails;
  } catch (err) {
    if (!(err instanceof SealError)) throw err;
    log.error({ err, userId, seq }, 'the details of an audit event cannot be opened');
    return {};
  }
}

/** A place in the chain as it is noted outside: a number and the hash of that event. */
export type AuditHead = { seq: number; hash: string };

export type AuditCheck = {
  isIntact: boolean;
  events: number;
  brokenAt: number | null;
  problem: ChainProblem | null;
  /** Whether the head that was noted is still in the chain; null when none was given, or retention has cut its place. */
  isSinceIncluded: boolean | null;
  head: AuditHead | null;
};

/**
 * Looks at every event that is recorded of the viewer.
 * @param since a head that was noted earlier. Links and head put back together to an earlier state are sound in themselves: only
 *   who knows of a later one can tell.
 * @throws InvalidInputError
 */
export async function checkLog({ userId }: Viewer, since: AuditHead | null = null): Promise<AuditCheck> {
  if (since) checkNoted(since);
  const report = await checkOnce(userId);
  const isSinceIncluded = since && (await isIncluded(userId, report.head, since));
  const broken = report.broken ?? (isSinceIncluded === false ? rolledBack(report, since!) : null);
  return {
    isIntact: broken === null,
    events: report.events,
    brokenAt: broken?.seq ?? null,
    problem: broken?.problem ?? null,
    isSinceIncluded,
    head: report.head && { seq: report.head.seq, hash: report.head.hash },
  };
}

/** The checks under way in this process. A log may be long: who asks for it many times at once gets one look at it. */
const underWay = new Map<string, Promise<ChainReport>>();

function checkOnce(userId: string): Promise<ChainReport> {
  const begun = underWay.get(userId);
  if (begun) return begun;
  const check = checkChain(userId).finally(() => underWay.delete(userId));
  underWay.set(userId, check);
  return check;
}

function checkNoted({ seq, hash }: AuditHead): void {
  const issues = [];
  if (seq < 1) issues.push({ path: ['since', 'seq'], message: 'Events are numbered from 1.' });
  if (!/^[0-9a-f]{64}$/.test(hash)) {
    issues.push({ path: ['since', 'hash'], message: 'A hash has 64 hexadecimal digits in lower case.' });
  }
  if (issues.length > 0) throw new InvalidInputError(issues);
}

async function isIncluded(userId: string, head: Head | null, { seq, hash }: AuditHead): Promise<boolean | null> {
  if (head && seq < head.firstSeq - 1) return null;
  const found = head && seq === head.firstSeq - 1 ? head.hashBefore : await readHash(sql, userId, seq);
  return found !== null && isSameHash(found, hash);
}

const rolledBack = ({ head }: ChainReport, { seq }: AuditHead) => ({
  seq: Math.min(seq, (head?.seq ?? 0) + 1),
  problem: 'ROLLED_BACK' as const,
});
