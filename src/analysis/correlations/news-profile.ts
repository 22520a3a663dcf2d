import type { ColumnBank } from '../kernels/column-bank.ts';
import type { LagProfile } from '../kernels/lag-profile.ts';
import type { News } from './carry-over.ts';
import { newsFor, type PreparedSeries } from './lagged-test.ts';

/** Where a bank holds the news of two series, and a slot that nobody else uses. */
export type NewsSlots = { a: number; b: number; spare: number };

/**
 * The coefficients of the news of two series at the lags from -maxLag to maxLag, each with the driver's news that its
 * test asks for: those of `ahead` where a leads, those of `behind` where b does.
 */
export type NewsProfile = LagProfile & { ahead: News; behind: News };

/** Correlates the news of two series at all lags at once. */
export function profileNews(
  bank: ColumnBank,
  slots: NewsSlots,
  [a, b]: [PreparedSeries, PreparedSeries],
  maxLag: number,
): NewsProfile {
  const { coefficients, counts } = bank.pearson(slots.a, slots.b, maxLag);
  const [ahead, behind] = [newsFor(a, b, 1), newsFor(b, a, 1)];
  if (ahead !== a.news) {
    bank.set(slots.spare, ahead.values);
    const faced = bank.pearson(slots.spare, slots.b, maxLag).coefficients;
    coefficients.set(faced.subarray(maxLag + 1), maxLag + 1);
  }
  if (behind !== b.news) {
    bank.set(slots.spare, behind.values);
    const faced = bank.pearson(slots.a, slots.spare, maxLag).coefficients;
    coefficients.set(faced.subarray(0, maxLag));
  }
  return { coefficients, counts, ahead, behind };
}
