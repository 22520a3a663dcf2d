/** Milliseconds: the longest wait after the first failure, and the longest of all. */
const base = 500;
const cap = 30_000;

/**
 * How long to wait after failures in a row: anything up to a limit that doubles (full jitter), so that devices that were
 * cut off together do not come back together.
 */
export class BackOff {
  private readonly random: () => number;
  private failures = 0;

  constructor(random: () => number = Math.random) {
    this.random = random;
  }

  /** Milliseconds to wait after one more failure. */
  next(): number {
    const limit = Math.min(cap, base * 2 ** Math.min(this.failures, 20));
    this.failures += 1;
    return this.random() * limit;
  }

  reset(): void {
    this.failures = 0;
  }
}
