import { LRUCache } from 'lru-cache';

/**
 * Some of what a bucket holds, asked for. In milliseconds, which is all a bucket needs to remember: the moment at which it
 * will be full again.
 */
export type Demand = {
  key: string;
  /** How long the bucket takes to refill what is taken; negative for what is given back. */
  fill: number;
  /** How long it takes to refill when it is empty. */
  room: number;
};

/** Settings of a cache of so many keys. With `max` it would take the memory for all of them at once. */
export const atMost = (keysMax: number) => ({ maxSize: keysMax, sizeCalculation: () => 1 });

/**
 * Token buckets in this process's memory (in the form of the generic cell rate algorithm, ITU-T I.371). Of more keys than there
 * is room for, those that were not asked for the longest are full again.
 */
export class Buckets {
  private readonly fullAt: LRUCache<string, number>;

  constructor(keysMax: number) {
    this.fullAt = new LRUCache(atMost(keysMax));
  }

  /** Takes from all or, when one of them does not hold enough, from none. @returns milliseconds to wait; 0 when it was taken */
  take(demands: readonly Demand[]): number {
    const now = Date.now();
    const next = demands.map(({ key, fill }) => Math.max(this.fullAt.get(key) ?? 0, now) + fill);
    const wait = Math.max(0, ...demands.map(({ room }, i) => next[i]! - now - room));
    if (wait === 0) for (const [i, { key }] of demands.entries()) this.fullAt.set(key, next[i]!);
    return wait;
  }

  /** Fills a bucket. */
  fill(key: string): void {
    this.fullAt.delete(key);
  }
}
