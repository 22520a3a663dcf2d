import type { ColumnBank } from '../kernels/column-bank.ts';
import { createProfile, type LagProfile } from '../kernels/lag-profile.ts';
import type { News } from './carry-over.ts';
import { newsFor, type PreparedSeries } from './lagged-test.ts';

/** Where a bank holds the news of two series, and a slot that nobody else uses. */
export type NewsSlots = { a: number; b: number; spare: number };

/**
 * The coefficients of the news of two series at the lags from -maxLag to maxLag, each with the driver's news that its
 * test asks for: those of `ahead` where a leads, those of `behind` where b does.
 */
export type NewsProfile = LagProfile & { ahead: News; behind: News };

/**
 * Correlates the news of two series at all lags at once. From lag 1 on one side may be asked for other news than its
 * own, never both: what one has too much of, the other has too little of.
 */
export function profileNews(
  bank: ColumnBank,
  { a: slotA, b: slotB, spare }: NewsSlots,
  [a, b]: [PreparedSeries, PreparedSeries],
  maxLag: number,
): NewsProfile {
  const [ahead, behind] = [newsFor(a, b, 1), newsFor(b, a, 1)];
  const other = ahead === a.news ? behind : ahead;
  if (other !== a.news && other !== b.news) bank.set(spare, other.values);
  const forwards = bank.pearsonAhead(ahead === a.news ? slotA : spare, slotB, maxLag);
  const backwards = bank.pearsonAhead(behind === b.news ? slotB : spare, slotA, maxLag);
  const profile = createProfile(2 * maxLag + 1);
  for (const field of ['coefficients', 'counts'] as const) {
    profile[field].set(backwards[field].toReversed());
    profile[field].set(forwards[field].subarray(1), maxLag + 1);
    if (ahead === a.news) profile[field][maxLag] = forwards[field][0]!;
  }
  return { ...profile, ahead, behind };
}
