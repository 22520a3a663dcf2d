import { toFinite } from '../series/daily-series.ts';

/** The part of the largest deviations whose decay is measured. */
const TAIL_SHARE = 0.2;
const MIN_TAIL = 5;
/** No tail is taken for lighter than one that ends like x⁻⁴: five deviations can't show that it does. */
const LEAST_TAIL_INDEX = 0.25;

/**
 * The deviations to one side of the usual, as sizes ≥ 0, and how likely a larger one is. What lies within the past is
 * ranked in it; what lies beyond it is taken to be rarer by the power law that the past deviations decay by.
 */
export class DeviationTail {
  /** Ascending; the first `#size` are filled. */
  readonly #sizes: Float64Array;
  #size: number;

  /** `room` is how many deviations will be inserted at most. */
  constructor(sizes: Float64Array, room: number) {
    this.#sizes = new Float64Array(sizes.length + room);
    this.#sizes.set(sizes.toSorted());
    this.#size = sizes.length;
  }

  insert(size: number): void {
    let place = this.#size++;
    for (; place > 0 && this.#sizes[place - 1]! > size; place--) this.#sizes[place] = this.#sizes[place - 1]!;
    this.#sizes[place] = size;
  }

  /**
   * The chance of a deviation as large as `size` to this side, after `past` deviations to both sides: (1 + those as
   * large) / (past + 1), the rank of a new one among exchangeable ones (Vovk et al. 2005), and beyond the largest of
   * them that times (size / largest)^(-1/γ), γ by Hill (1975).
   */
  findChance(size: number, past: number): number {
    const larger = this.#size - this.#countBelow(size);
    const chance = (1 + larger) / (past + 1);
    const largest = this.#largest;
    if (larger > 0 || largest === 0) return chance;
    return chance * Math.exp((Math.log(largest) - Math.log(size)) / this.#tailIndex());
  }

  /** The least size whose chance, after `past` deviations to both sides, is `chance` at most. */
  findThreshold(chance: number, past: number): number {
    const allowed = Math.floor(chance * (past + 1)) - 1;
    // Strictly larger than this one; sizes as large are too likely.
    if (allowed >= 0) return this.#sizes[this.#size - 1 - allowed] ?? 0;
    return toFinite(this.#largest * (chance * (past + 1)) ** -this.#tailIndex());
  }

  /** The median of the sizes, or, where that is 0, their mean: half the days may be as usual as can be. */
  get scale(): number {
    if (this.#size === 0) return 0;
    const middle = this.#size / 2;
    const median = this.#sizes[Math.ceil(middle) - 1]! / 2 + this.#sizes[Math.floor(middle)]! / 2;
    return median > 0 ? median : this.#mean();
  }

  get #largest(): number {
    return this.#size > 0 ? this.#sizes[this.#size - 1]! : 0;
  }

  #mean(): number {
    let mean = 0;
    for (let i = 0; i < this.#size; i++) mean += this.#sizes[i]! / this.#size;
    return mean;
  }

  /** Hill's estimate: the mean logarithm of the largest sizes over the next smaller one. */
  #tailIndex(): number {
    const count = Math.min(this.#size - 1, Math.max(MIN_TAIL, Math.floor(TAIL_SHARE * this.#size)));
    const next = this.#sizes[this.#size - 1 - count] ?? 0;
    // Too few to measure, or a tail that starts from nothing: heavy until shown otherwise.
    if (count < 2 || next === 0) return 1;
    let sum = 0;
    for (let i = this.#size - count; i < this.#size; i++) sum += Math.log(this.#sizes[i]!) - Math.log(next);
    return Math.max(LEAST_TAIL_INDEX, sum / count);
  }

  #countBelow(size: number): number {
    let [low, high] = [0, this.#size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sizes[middle]! < size) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
