/** The median of the last `capacity` numbers that were pushed, kept sorted; numbers without NaN. */
export class SlidingMedian {
  readonly #capacity: number;
  /** In the order of arrival, the oldest overwritten first. */
  readonly #arrivals: Float64Array;
  readonly #sorted: Float64Array;
  #pushed = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#arrivals = new Float64Array(capacity);
    this.#sorted = new Float64Array(capacity);
  }

  /** How many numbers the median is of. */
  get size(): number {
    return Math.min(this.#pushed, this.#capacity);
  }

  /** NaN before the first push. */
  get median(): number {
    if (this.#pushed === 0) return Number.NaN;
    const middle = this.size / 2;
    // Halves before the sum, which might be infinite.
    return this.#sorted[Math.ceil(middle) - 1]! / 2 + this.#sorted[Math.floor(middle)]! / 2;
  }

  push(value: number): void {
    const slot = this.#pushed % this.#capacity;
    // The place that falls free: that of the oldest, or the end while there is room.
    let place = this.#pushed < this.#capacity ? this.#pushed : this.#sorted.indexOf(this.#arrivals[slot]!);
    for (; place > 0 && this.#sorted[place - 1]! > value; place--) this.#sorted[place] = this.#sorted[place - 1]!;
    for (; place + 1 < this.size && this.#sorted[place + 1]! < value; place++) {
      this.#sorted[place] = this.#sorted[place + 1]!;
    }
    this.#sorted[place] = value;
    this.#arrivals[slot] = value;
    this.#pushed++;
  }
}
