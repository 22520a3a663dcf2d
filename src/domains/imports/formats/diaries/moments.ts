import { createHash } from 'node:crypto';

/** Moments that are remembered. Copies stand close to each other: files are in the order of time. */
const momentsMax = 10_000;
/** Records of one moment that are compared. */
const recordsMax = 100;

type Moment = { accepted: number; seen: Map<string, number> };

/**
 * Keys for records that have no id but a moment: the moment, and for several of one moment also their number. What a newer
 * export has changed about a record then does not become a second one. Knows exact copies by a digest, among the latest moments;
 * copies that are farther apart get the same key, which makes one entry of them too.
 */
export class Moments {
  private readonly moments = new Map<string, Moment>();

  /**
   * @param group what the records are of: a metric, a habit
   * @param moment its time or day, which the key is made of
   * @param content all that is taken over
   * @param times how many records of one moment may be alike and still be several
   * @returns the key; null for an exact copy
   */
  take(group: string, moment: string, content: string, times = 1): string | null {
    const known = this.find(`${group} ${moment}`);
    const digest = createHash('sha256').update(content).digest('base64');
    const count = known.seen.get(digest) ?? 0;
    if (count >= times) return null;
    if (count > 0 || known.seen.size < recordsMax) known.seen.set(digest, count + 1);
    known.accepted++;
    return known.accepted === 1 ? moment : `${moment} ${known.accepted}`;
  }

  private find(place: string): Moment {
    const known = this.moments.get(place) ?? { accepted: 0, seen: new Map<string, number>() };
    this.moments.set(place, known);
    if (this.moments.size > momentsMax) this.moments.delete(this.moments.keys().next().value!);
    return known;
  }
}
