import { LRUCache } from 'lru-cache';
import { readTexts, type TextRow } from '../platform/database/database.ts';
import { erasuresHeard, onErasure } from '../platform/forgetting/erasures.ts';
import type { Change, ChangeKind } from './change.ts';
import { requireWhole } from './replay.ts';

/** A part of a person's log: what follows a number, in order, without gaps that are not the log's own. */
export type Page = {
  userId: string;
  /** The number it begins after. */
  after: number;
  changes: readonly Change[];
  /** The number of its last change; `after` when it is empty. */
  lastSeq: number;
  /** Whether it has as many changes as were asked for: more may follow already. */
  isFull: boolean;
  /** Characters of its snapshots. */
  length: number;
};

/** Changes of one page at most, and characters it should have: a page of long texts has fewer changes. */
const pageMax = { changes: 1000, length: 512 * 1024 } as const;
/** Bytes of pages that one process keeps, by estimate; the least recently used go first. */
const bytesMax = 32 * 1024 * 1024;
/** Bytes of a change besides its snapshot, and of each character of a snapshot: as a rule it becomes an object. */
const bytesPer = { change: 400, character: 4 } as const;

/**
 * Pages read lately, by person and the number they begin after. The devices of a person that are up to date ask for the
 * same ones. A page that follows another is not kept: who has been away for long reads it once. The log is only ever
 * appended to, so a page never becomes wrong; an empty one would.
 */
const kept = new LRUCache<string, Page>({
  maxSize: bytesMax,
  sizeCalculation: ({ changes, length }) => bytesPer.change * (changes.length + 1) + bytesPer.character * length,
});
const running = new Map<string, Promise<Page>>();
onErasure((userId) => {
  for (const place of kept.keys()) if (place.startsWith(userId)) kept.delete(place);
});

/**
 * The changes of a person after a number, read once for all who ask at the same time or soon after: at once when they are
 * at hand.
 * @param like the page before, if there is one: says how many changes make a page
 * @throws LogCompactedError when the log no longer has them
 */
export function readPage(userId: string, after: number, like?: Page): Page | Promise<Page> {
  const place = `${userId}:${after}`;
  const known = kept.get(place) ?? running.get(place);
  if (known) return known;
  const erasures = erasuresHeard();
  const reading = load(userId, after, countLike(like)).finally(() => running.delete(place));
  running.set(place, reading);
  void reading.then(
    (page) => !like && page.changes.length > 0 && erasuresHeard() === erasures && kept.set(place, page),
    () => undefined,
  );
  return reading;
}

/** As many changes of the same size as make a page; a careful number when their size is not known. */
function countLike(like: Page | undefined): number {
  if (!like?.changes.length) return 128;
  const count = Math.floor((pageMax.length * like.changes.length) / Math.max(1, like.length));
  return Math.min(Math.max(count, 16), pageMax.changes);
}

async function load(userId: string, after: number, first: number): Promise<Page> {
  const rows = await readTexts(
    `SELECT seq, kind, entity_type, entity_id, snapshot, device_id, date_part('epoch', at)
     FROM change_log WHERE user_id = $1::uuid AND seq > $2::int ORDER BY seq LIMIT $3::int`,
    [userId, after, first],
    'read-page',
  );
  const changes = rows.map(toChange);
  const lastSeq = changes.at(-1)?.seq ?? after;
  await requireWhole(userId, after, changes);
  const length = rows.reduce((sum, row) => sum + (row[4]?.length ?? 0), 0);
  return { userId, after, changes, lastSeq, isFull: changes.length === first, length };
}

const toChange = ([seq, kind, entityType, entityId, snapshot, deviceId, at]: TextRow): Change => ({
  seq: Number(seq),
  kind: kind as ChangeKind,
  entityType: entityType!,
  entityId: entityId!,
  snapshot: snapshot === null ? null : (JSON.parse(snapshot!) as object),
  deviceId: deviceId ?? null,
  at: new Date(Math.round(1000 * Number(at))),
});
