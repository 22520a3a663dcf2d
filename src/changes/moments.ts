import { ExpectedError } from '../kernel/errors.ts';
import { sql } from '../platform/database/database.ts';
import { readLogPlace } from './replay.ts';

/** A state of everything a person has: the one after the change of this number, which happened `at`. */
export type Moment = { seq: number; at: Date };

/** The newest state of a person. @throws ExpectedError MOMENT_GONE when there is no such person any more */
export async function readMoment(userId: string): Promise<Moment> {
  const [moment] = await sql.query<Moment>(
    'SELECT h.seq, c.at FROM change_heads h JOIN changes c ON c.user_id = h.user_id AND c.seq = h.seq WHERE h.user_id = $1::uuid',
    [userId],
    'read-moment',
  );
  if (!moment) throw gone(0, 0);
  return moment;
}

/**
 * Whether a state of the past can still be told, and whether it is the state of now. To be asked after reading: what has not
 * been compacted until now was not missing before.
 * @returns whether nothing has changed since
 * @throws ExpectedError CONFLICT when the log has been compacted beyond it, or is another one (restored from a backup)
 */
export async function checkMoment(userId: string, { seq, at }: Moment): Promise<boolean> {
  const place = await readLogPlace(userId, seq);
  const isAnother = place.lineAt !== null && place.lineAt.getTime() !== at.getTime();
  if (place.compactedTo > seq || place.seq < seq || isAnother) throw gone(place.compactedTo, place.seq);
  return place.seq === seq;
}

const gone = (compactedTo: number, seq: number) =>
  new ExpectedError('CONFLICT', 'The state that was asked for is no longer kept. Ask for a new link.', {
    reason: 'MOMENT_GONE',
    compactedTo,
    seq,
  });

/** A part of the entities of a type: those with an id after `after`, up to `upTo`. Null: no bound. */
export type Span = { after: string | null; upTo: string | null };

/**
 * What entities that have been touched since a moment were then, by their ids; null for those that were not there. To be
 * read after the rows it corrects: what has been touched since then is among it.
 */
export async function readTouchedSince<State extends object>(
  userId: string,
  entityType: string,
  { seq }: Moment,
  { after, upTo }: Span,
): Promise<Map<string, State | null>> {
  const rows = await sql.query<{ id: string; state: State | null }>(
    `SELECT t.id, CASE WHEN last.kind <> 'DELETED' THEN last.snapshot END AS state
     FROM (SELECT DISTINCT entity_id AS id FROM changes WHERE user_id = $1::uuid AND entity_type = $2::text AND seq > $3::int
           AND ($4::uuid IS NULL OR entity_id > $4::uuid) AND ($5::uuid IS NULL OR entity_id <= $5::uuid)) t
     LEFT JOIN LATERAL (${lastLine('$1::uuid', '$2::text', 't.id', '$3::int')}) last ON true`,
    [userId, entityType, seq, after, upTo],
  );
  return new Map(rows.map(({ id, state }) => [id, state]));
}

/** SQL of the newest line of an entity up to a number. */
export const lastLine = (userId: string, entityType: string, id: string, seq: string): string =>
  `SELECT c.kind, c.snapshot FROM change_log c WHERE c.user_id = ${userId} AND c.entity_type = ${entityType}
     AND c.entity_id = ${id} AND c.seq <= ${seq} ORDER BY c.seq DESC LIMIT 1`;
