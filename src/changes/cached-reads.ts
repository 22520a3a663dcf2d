import { LRUCache } from 'lru-cache';
import { UnauthenticatedError } from '../kernel/errors.ts';
import type { Viewer } from '../kernel/viewer.ts';
import { sql } from '../platform/database/database.ts';
import { onErasure } from '../platform/forgetting/erasures.ts';

/** Bytes of answers that one process keeps, by estimate; the least recently used go first. An answer beyond is not kept. */
const bytesMax = 64 * 1024 * 1024;

/** An answer, or one on its way, with the number of the person's log up to which it is certainly true. */
type Answer = { seq: number; result: Promise<unknown> };

/** On their way. Apart from the kept ones: making room must not have anything computed twice. */
const running = new Map<string, Answer>();
const kept = new LRUCache<string, Answer & { bytes: number }>({
  maxSize: bytesMax,
  sizeCalculation: ({ bytes }) => bytes,
});

/**
 * The answer of an expensive read: never stale, and never computed twice. An answer is true of the number that the
 * person's log had reached before its computation began, and stays true until a change of a type it depends on follows.
 * Callers who ask the same of the same state share one computation, and its failure, which is not remembered. Each call
 * asks the log once, a statement of one indexed row; where everything is written by one statement or transaction with its
 * change, an acknowledged write is in every later answer, whichever process gives it.
 *
 * The log holds a change for every single entity: applying an import or undoing it, and deleting a metric with its
 * entries, are changes of type Entry and Metric too. 'Import' is needed only where an answer shows imports themselves.
 * @param key what is read, with every parameter, and with the day where the answer depends on it; unique in the project
 * @param dependsOn the entity types of the log that the answer is made from
 * @param compute gives plain data; all callers get the same object, and none may alter it
 * @throws UnauthenticatedError when the account is gone
 */
export async function readCached<Result>(
  viewer: Viewer,
  key: string,
  dependsOn: readonly string[],
  compute: () => Promise<Result>,
): Promise<Result> {
  // An answer under fewer types stays true for longer: it must not be taken for the same.
  const place = JSON.stringify([viewer.userId, key, dependsOn]);
  for (;;) {
    const known = running.get(place) ?? kept.get(place);
    const asked = known?.seq;
    const { seq, isOvertaken } = await readState(viewer, asked ?? null, dependsOn);
    const newest = running.get(place) ?? kept.get(place);
    if (newest === known && newest?.seq === asked) {
      if (!newest || isOvertaken) return start(place, seq, compute);
      newest.seq = seq;
      return newest.result as Promise<Result>;
    }
    // Somebody was quicker: theirs is as new as what was asked for, or has to be asked about itself.
    if (newest && newest.seq >= seq) return newest.result as Promise<Result>;
  }
}

/**
 * The head of the log and whether something in it has overtaken an answer of the number `since`. The inner order keeps
 * the search on the log's primary key: it stops at the first change that matters, and looks at nothing when there is no
 * change at all. A head before `since` is that of a restored database.
 */
async function readState(
  { userId }: Viewer,
  since: number | null,
  dependsOn: readonly string[],
): Promise<{ seq: number; isOvertaken: boolean }> {
  const [state] = await sql.query<{ seq: number; isOvertaken: boolean }>(
    `SELECT h.seq, h.seq < $2::int OR (h.seq > $2::int AND EXISTS (
       SELECT FROM (
         SELECT c.entity_type FROM changes c WHERE c.user_id = $1::uuid AND c.seq > $2::int ORDER BY c.seq OFFSET 0
       ) newer WHERE newer.entity_type = ANY($3::text[]))) AS "isOvertaken"
     FROM change_heads h WHERE h.user_id = $1::uuid`,
    [userId, since, dependsOn],
    'read-state-of-answer',
  );
  if (state) return state;
  forgetPerson(userId);
  throw new UnauthenticatedError();
}

function start<Result>(place: string, seq: number, compute: () => Promise<Result>): Promise<Result> {
  // Also a computation that throws before it has begun is a promise that fails.
  const result = (async () => compute())();
  const answer: Answer = { seq, result };
  running.set(place, answer);
  const settle = (keep: (answer: Answer) => void) => {
    // A newer one may have taken its place meanwhile.
    if (running.get(place) !== answer) return;
    running.delete(place);
    keep(answer);
  };
  result.then(
    (value) => settle(() => kept.set(place, Object.assign(answer, { bytes: weigh(value) }))),
    () => settle(() => kept.delete(place)),
  );
  return result;
}

/** The answers of an erased account could not be reached any more; they shall not lie about either. */
function forgetPerson(userId: string): void {
  const prefix = JSON.stringify([userId]).slice(0, -1);
  for (const answers of [kept, running])
    for (const place of answers.keys()) if (place.startsWith(prefix)) answers.delete(place);
}
onErasure(forgetPerson);

/** Bytes of an object besides what is in it, and of the place of a property or element. */
const bytesPer = { object: 24, place: 8 } as const;

/** About how many bytes plain data takes in memory. */
function weigh(value: unknown): number {
  if (typeof value === 'string') return bytesPer.object + 2 * value.length;
  if (typeof value !== 'object' || value === null) return bytesPer.place;
  if (ArrayBuffer.isView(value)) return bytesPer.object + value.byteLength;
  const parts = value instanceof Map ? [...value].flat() : Object.values(value);
  return parts.reduce((sum: number, part) => sum + bytesPer.place + weigh(part), bytesPer.object);
}
