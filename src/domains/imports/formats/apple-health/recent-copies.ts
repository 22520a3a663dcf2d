/** Records that are surely remembered. A life of sleep or weight; months of a watch's heartbeats. */
const recordsMax = 2 ** 19;

/**
 * Tells whether a record has been met before, the same in every field. Exports repeat records, up to eight times; those of a type
 * stand together and roughly by time, so the last half a million are enough, and memory stays as it is: each is
 * remembered by 64 bits of its fields, which two of a hundred million records happen to share once in a hundred thousand files.
 */
export class RecentCopies {
  private readonly records: number;
  private readonly mask: number;
  private now: Int32Array;
  private before: Int32Array;
  private size = 0;

  /** @param records a power of two */
  constructor(records = recordsMax) {
    this.records = records;
    // Half of the places stay empty, so that one is found soon.
    this.mask = records * 2 - 1;
    this.now = new Int32Array(records * 4);
    this.before = new Int32Array(records * 4);
  }

  /** Takes a record in. @returns whether it was there already */
  add(type: number, source: number, start: number, end: number, value: string): boolean {
    let high = mix(mix(mix(mix(1, type), source), start), end);
    let low = mix(mix(mix(mix(2, end), start), source), type);
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      high = mix(high, code);
      low = mix(low, code ^ 0x5bd1e995);
    }
    high = finish(high);
    // 0 is an empty place.
    low = finish(low) || 1;
    if (this.find(this.before, high, low) < 0 || this.find(this.now, high, low) < 0) return true;
    this.remember(high, low);
    return false;
  }

  private remember(high: number, low: number): void {
    if (this.size >= this.records) {
      [this.before, this.now] = [this.now, this.before];
      this.now.fill(0);
      this.size = 0;
    }
    const place = this.find(this.now, high, low);
    this.now[place] = high;
    this.now[place + 1] = low;
    this.size++;
  }

  /** @returns the empty place it belongs to; -1 when it is there */
  private find(table: Int32Array, high: number, low: number): number {
    for (let slot = high & this.mask; ; slot = (slot + 1) & this.mask) {
      const place = slot * 2;
      if (table[place + 1] === 0) return place;
      if (table[place] === high && table[place + 1] === low) return -1;
    }
  }
}

/** Stirs a number into a hash: a round of MurmurHash3, 32 bits (Appleby, public domain). */
function mix(hash: number, value: number): number {
  let part = Math.imul(value | 0, 0xcc9e2d51);
  part = Math.imul((part << 15) | (part >>> 17), 0x1b873593);
  const mixed = hash ^ part;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** Its end, after which every bit depends on all that went in. */
function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
