/** Older errors say less about tomorrow's; 200 still leave ten beyond each quantile. */
const LARGEST_SIZE = 200;
/** However alike errors are, their span is never widened by more than a third. */
const LEAST_EFFECTIVE = 3;

/**
 * The latest errors of a forecast, `size` of them: ascending in `sorted`, and in a ring by arrival, of which `count %
 * 200` is the next place. Of all `count` that ever came, the sums of squares and of products with the one before.
 */
export type ErrorRecord = {
  sorted: Float64Array;
  size: number;
  arrived: Float64Array;
  count: number;
  latest: number;
  squares: number;
  products: number;
};

/** A record without errors. */
export const makeRecord = (): ErrorRecord => ({
  sorted: new Float64Array(LARGEST_SIZE),
  size: 0,
  arrived: new Float64Array(LARGEST_SIZE),
  count: 0,
  latest: 0,
  squares: 0,
  products: 0,
});

/** Takes an error in, the oldest out when there are 200, in place. */
export function recordError(record: ErrorRecord, error: number): void {
  const place = record.count % LARGEST_SIZE;
  if (record.size === LARGEST_SIZE) removeSorted(record, record.arrived[place]!);
  insertSorted(record, error);
  record.arrived[place] = error;
  record.count++;
  record.squares += error * error;
  record.products += error * record.latest;
  record.latest = error;
}

/**
 * How many independent errors all errors so far are worth, if they follow an AR(1) process around 0: n(1 - r)/(1 + r),
 * r = Σ eₜeₜ₋₁ / Σ eₜ² (Bartlett 1935); never fewer than 3.
 */
export function effectiveErrors({ count, squares, products }: ErrorRecord): number {
  const r = squares > 0 ? Math.max(0, products / squares) : 0;
  return Math.max(LEAST_EFFECTIVE, (count * (1 - r)) / (1 + r));
}

function insertSorted(record: ErrorRecord, error: number): void {
  const place = findPlace(record, error);
  record.sorted.copyWithin(place + 1, place, record.size);
  record.sorted[place] = error;
  record.size++;
}

function removeSorted(record: ErrorRecord, error: number): void {
  const place = findPlace(record, error);
  record.sorted.copyWithin(place, place + 1, record.size);
  record.size--;
}

/** The place of the first error that is not less than this one. */
function findPlace({ sorted, size }: ErrorRecord, error: number): number {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < error) low = middle + 1;
    else high = middle;
  }
  return low;
}
