import { effectiveErrors, type ErrorRecord, makeRecord, recordError } from './error-record.ts';

/** Nominal share of values inside an interval. */
export const LEVEL = 0.9;
const TAIL = 0.05;
/** With fewer errors not even the least and the greatest of them span 90 %. */
export const MIN_ERRORS = 19;

/** How far below (≤ 0) and above (≥ 0) a forecast its interval reaches. */
export type Span = { low: number; high: number };
/**
 * `span` is that of the next forecast. Of the `tested` values that had an interval, made before them, `inside` lay in
 * it.
 */
export type Calibration = { span: Span; tested: number; inside: number };

/**
 * The interval of a forecast `ahead` days ahead, from the errors of those in the past (by day, NaN = none), and how
 * such intervals did on the days from `since` on: on each it is made anew from the errors known `ahead` days earlier,
 * so no value has a part in the interval it is held against. Null where errors are too few for a single test.
 */
export function calibrate(errors: Float64Array, ahead: number, since: number): Calibration | null {
  const record = makeRecord();
  let tested = 0;
  let inside = 0;
  for (let day = ahead; day < errors.length + ahead; day++) {
    const known = errors[day - ahead]!;
    if (!Number.isNaN(known)) recordError(record, known);
    const error = errors[day] ?? Number.NaN;
    if (day < since || Number.isNaN(error) || record.size < MIN_ERRORS) continue;
    const { low, high } = spanErrors(record);
    tested++;
    if (error >= low && error <= high) inside++;
  }
  return tested > 0 ? { span: spanErrors(record), tested, inside } : null;
}

/**
 * From the 5 % to the 95 % quantile of the latest errors, at ranks p(m + 1) of m, as conformal prediction has them
 * (Vovk, Gammerman & Shafer 2005), but always around the forecast. Errors several days ahead resemble their
 * neighbours, so they are worth fewer, ν, and the quantiles of few are too near: the span is widened by 1 + 1/ν, about
 * what Student's t with ν degrees of freedom is wider than the normal distribution (1 + (z² + 1)/4ν, Cornish &
 * Fisher).
 *
 * Measured mean coverage (nominal 0.9, 7 days ahead, 300 histories) of plain quantiles | of these: AR(1) φ = 0.8 over
 * 56 days 0.83 | 0.87, over 90 days 0.84 | 0.88, over 180 days 0.88 | 0.90; white noise over 56 days 0.90 | 0.91.
 */
function spanErrors(record: ErrorRecord): Span {
  const { sorted, size } = record;
  const rank = TAIL * (size + 1);
  const below = Math.floor(rank);
  const low = sorted[below - 1]! + (rank - below) * (sorted[below]! - sorted[below - 1]!);
  const high = sorted[size - below]! + (rank - below) * (sorted[size - below - 1]! - sorted[size - below]!);
  const widening = 1 + 1 / effectiveErrors(record);
  return { low: Math.min(0, low) * widening, high: Math.max(0, high) * widening };
}
