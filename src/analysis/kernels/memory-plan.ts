/** Where something stands in the memory of the kernels, in bytes. */
export type Address = number;

/** Lags, or columns, that a kernel takes at once. */
export const LANES = 8;

/** The furthest lag, in days, that a bank answers for. */
export const MAX_LAG_DAYS = 30;

/** How far apart two paired days are at most, where they are counted by their distance: as far back as news are asked. */
export const MAX_DISTANCE_DAYS = 60;

/**
 * Zeros for days in front of the first and behind the last, so that a kernel may look past either end: as far as the
 * furthest lag, on to the last lane of a vector that begins there, and on to the end of a vector of days.
 */
export const MARGIN_DAYS = 64;

/** How many of those days are listed as missing: all that a lag, or a lane behind it, can reach. */
export const LISTED_MARGIN_DAYS = MAX_LAG_DAYS + LANES;

/** Where the parts of a column stand; the addresses are those of day 0, or of the first element. */
export type ColumnPlan = {
  /** F64, scaled and centred, 0 where missing. */
  values: Address;
  /** I8, -1 where present. */
  presence: Address;
  /** A bit for each day. */
  bits: Address;
  /** The days without a value (i32), LISTED_MARGIN_DAYS in front of day 0 and as many behind the last day among them. */
  missing: Address;
  /** The days with a value (i32), by value; `segments` are runs of them, by turns without ties and tied (pairs of i32). */
  order: Address;
  segments: Address;
  end: Address;
};

/** Ranks of a column: n and Σ (k³ - k) of each lane, and the ranks themselves by [day][lane], then by [lane][day]. */
export type RanksPlan = { counts: Address; ties: Address; rows: Address; columns: Address };

/** Where results of kernels stand. */
export type ScratchPlan = {
  /** A bit for each day that a pair has in common. */
  common: Address;
  distances: Address;
  /** F64: of each lane Σ xy; Σ x and Σ x² over one's missing days; the same of the other. */
  sums: Address;
  /** Addresses of eight columns, and these columns side by side. */
  woven: Address;
  panel: Address;
  a: RanksPlan;
  b: RanksPlan;
  /** Bytes from one lane of `columns` to the next. */
  stride: number;
  end: Address;
};

export const countWords = (length: number): number => Math.ceil(length / 64);

/** Whole vectors of days. */
export const roundDays = (length: number): number => Math.ceil(length / LANES) * LANES;

export function planColumn(start: Address, length: number): ColumnPlan {
  const take = takeFrom(start);
  return {
    values: take(8 * length, 8 * MARGIN_DAYS),
    presence: take(length, MARGIN_DAYS),
    bits: take(8 * countWords(length), 16),
    missing: take(4 * (length + 2 * LISTED_MARGIN_DAYS)),
    order: take(4 * length),
    segments: take(4 * (length + 2)),
    end: take(0),
  };
}

export function planScratch(start: Address, length: number): ScratchPlan {
  const take = takeFrom(start);
  const stride = 2 * (roundDays(length) + 2 * MARGIN_DAYS);
  const planRanks = (): RanksPlan => ({
    counts: take(2 * LANES),
    ties: take(8 * LANES),
    rows: take(2 * LANES * roundDays(length)),
    columns: take(LANES * stride, 2 * MARGIN_DAYS),
  });
  return {
    common: take(8 * countWords(length), 16),
    distances: take(4 * (MAX_DISTANCE_DAYS + 1)),
    sums: take(8 * 5 * LANES),
    woven: take(4 * LANES),
    panel: take(8 * LANES * length),
    a: planRanks(),
    b: planRanks(),
    stride,
    end: take(0),
  };
}

/** Gives out memory from `start` on, at multiples of 16, with a margin of its own on both sides. */
function takeFrom(start: Address): (bytes: number, margin?: number) => Address {
  let free = start;
  return (bytes, margin = 0) => {
    const address = free + margin;
    free = Math.ceil((address + bytes + margin) / 16) * 16;
    return address;
  };
}
