import { InvalidInputError, LogCompactedError } from '../kernel/errors.ts';
import { sql } from '../platform/database/database.ts';
import type { Change } from './change.ts';
import { changeColumns, readLogPlace, readLogState } from './replay.ts';

/** A place in a snapshot: the entity type and id of the last entity read. */
export type SnapshotKey = readonly [entityType: string, entityId: string];

/** `at` is when the change of the number happened; null for number 0, and when that line has been compacted. */
export type SnapshotPage = { seq: number; at: Date | null; changes: Change[]; hasMore: boolean };

/**
 * A part of everything that exists as of a number: of each entity its newest change up to there. The log itself is the
 * source, so that pages read hours apart, with writes in between, are of one and the same state.
 * @param asOf null for now, which is what the first page asks for
 * @param after the last entity of the page before
 * @param first entities at most
 * @throws LogCompactedError when the log has been compacted beyond the number; InvalidInputError when it has not come to it
 */
export async function readSnapshot(
  userId: string,
  asOf: number | null,
  after: SnapshotKey | null,
  first: number,
): Promise<SnapshotPage> {
  const seq = asOf ?? (await readLogState(userId)).seq;
  const changes = await readExisting(userId, seq, after, first + 1);
  // Asked afterwards: what has been compacted until now cannot have been missing above.
  const state = await readLogPlace(userId, seq);
  if (seq > state.seq || seq < 0) throw outOfReach();
  if (seq < state.compactedTo) throw new LogCompactedError(state.compactedTo, state.seq);
  return { seq, at: state.lineAt, changes: changes.slice(0, first), hasMore: changes.length > first };
}

const readExisting = (userId: string, seq: number, after: SnapshotKey | null, limit: number): Promise<Change[]> =>
  sql.query<Change>(
    // Snapshots are looked at last, for one page alone: an imported one is made of its entry.
    `SELECT ${changeColumns} FROM (
       SELECT * FROM (
         SELECT DISTINCT ON (l.entity_type, l.entity_id) l.entity_type, l.entity_id, l.seq, l.kind FROM changes l
         WHERE l.user_id = $1::uuid AND l.seq <= $2::int
           AND ($3::text IS NULL OR (l.entity_type, l.entity_id) > ($3::text, $4::uuid))
         ORDER BY l.entity_type, l.entity_id, l.seq DESC
       ) newest WHERE kind <> 'DELETED' ORDER BY entity_type, entity_id LIMIT $5::int
     ) page JOIN change_log c ON c.user_id = $1::uuid AND c.seq = page.seq ORDER BY page.entity_type, page.entity_id`,
    [userId, seq, after?.[0] ?? null, after?.[1] ?? null, limit],
    'read-snapshot',
  );

const outOfReach = () =>
  new InvalidInputError([{ path: ['asOf'], message: 'The log has not reached this number. Start without one.' }]);
