import { createHash } from 'node:crypto';

/** Moments that are remembered, and as many again while new ones come. Copies stand close to each other: files go by time. */
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
  private latest = new Map<string, Moment>();
  /** The ones before them, forgotten all at once: a map that always loses its oldest gets slow. */
  private earlier = new Map<string, Moment>();

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
    const known = this.latest.get(place) ?? this.earlier.get(place) ?? { accepted: 0, seen: new Map<string, number>() };
    if (this.latest.size >= momentsMax && !this.latest.has(place)) {
      this.earlier = this.latest;
      this.latest = new Map();
    }
    this.latest.set(place, known);
    return known;
  }
}
