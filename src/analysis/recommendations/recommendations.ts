import type { Effect } from '../correlations/effect.ts';
import type { RelationTrace } from '../patterns/changing-relations.ts';
import { type DailySeries, findDayRange, isConstant, normalizeScale } from '../series/daily-series.ts';
import { isSilence, type Silence } from '../silence.ts';
import { habitShare } from './habit.ts';
import { type Preference, preferenceFor } from './preference.ts';

export type { Preference } from './preference.ts';

/** A correlation that was found, the driver leading; at lag 0 the caller decides which one that is. */
export type FoundRelation = {
  driver: string;
  outcome: string;
  lagDays: number;
  adjustedCoefficient: number;
  qValue: number;
  effect: Effect | null;
  trace: RelationTrace | Silence;
};
/** What the person wants of a metric, and whether it is in their hands. */
export type Wish = { id: string; desired: 'HIGHER' | 'LOWER' | null; isActionable: boolean };
/**
 * `series` hold the drivers, for the present habit, and the outcomes, for their spread; today is the newest day on which
 * any of them has a value.
 */
export type RecommendationInput = {
  relations: readonly FoundRelation[];
  metrics: readonly Wish[];
  preferences: readonly Preference[];
  series: readonly DailySeries[];
};
/**
 * Something that may be worth trying: days on which `driver` was at least (or below) `threshold`, or yes (or no), went
 * with an `outcome` better by `expectedDifference` (in its units, `low` to `high` being the 95 % interval), `lagDays`
 * later. Not a cause: that only trying can show. `habitShare` is the share of the last 28 days that were so already.
 */
export type Recommendation = {
  driver: string;
  outcome: string;
  lagDays: number;
  aim: 'AT_LEAST' | 'BELOW' | 'YES' | 'NO';
  threshold: number | null;
  expectedDifference: number;
  low: number;
  high: number;
  habitShare: number;
  score: number;
};

export const MAX_Q_VALUE = 0.05;
const MIN_COEFFICIENT = 0.25;
/** From this share of days on, it is what the person does anyway. */
const HABIT = 0.8;

/**
 * What the person might try, most promising first: one recommendation for a driver and an outcome, from relations that
 * are strong (q ≤ 0.05, |adjusted r| ≥ 0.25, an interval of the difference without 0) and have not faded, whose driver is
 * in the person's hands, whose outcome they want higher or lower, and whose good side is not their habit yet (on 80 % of
 * the last 28 days or more). Drivers or outcomes without a series, and drivers without a value on 7 of these days, are
 * left out. Where two outcomes ask for opposite things of one driver, the higher score decides.
 *
 * Score = |expected difference| / standard deviation of the outcome × (1 - habit share) × preference.
 */
export function recommend({ relations, metrics, preferences, series }: RecommendationInput): Recommendation[] {
  const wishes = new Map(metrics.map((metric) => [metric.id, metric]));
  const values = new Map(series.map((one) => [one.id, one.values]));
  const today = Math.max(-1, ...series.map((one) => findDayRange(one.values).last));
  const all = relations.flatMap((relation) => {
    const desired = wishes.get(relation.outcome)?.desired;
    const [driver, outcome] = [values.get(relation.driver), values.get(relation.outcome)];
    if (!desired || !driver || !outcome || !wishes.get(relation.driver)?.isActionable || isConstant(outcome)) return [];
    const aimed = aimFor(relation, desired);
    const share = aimed && habitShare(driver, today, (value) => isReached(aimed, value));
    if (!aimed || share === null || share >= HABIT) return [];
    const gain = Math.abs(aimed.expectedDifference) / standardDeviation(outcome);
    const score = gain * (1 - share) * preferenceFor(relation.driver, relation.outcome, preferences);
    return Number.isFinite(score) ? [{ ...aimed, habitShare: share, score }] : [];
  });
  return keepConsistent(all.sort(comparePromise));
}

type Aimed = Omit<Recommendation, 'habitShare' | 'score'>;
type Evidence = Pick<FoundRelation, 'adjustedCoefficient' | 'qValue' | 'trace'>;

/**
 * The side of the threshold on which the outcome is as desired, and what it is better by there; null when the relation is
 * too weak, or over.
 */
function aimFor({ driver, outcome, lagDays, ...relation }: FoundRelation, desired: 'HIGHER' | 'LOWER'): Aimed | null {
  const { effect } = relation;
  if (!effect || !isStrong(relation, effect) || lagDays < 0 || driver === outcome) return null;
  const { threshold, adjustedDifference, low, high } = effect;
  const isAbove = adjustedDifference > 0 === (desired === 'HIGHER');
  const aim = threshold === null ? (isAbove ? 'YES' : 'NO') : isAbove ? 'AT_LEAST' : 'BELOW';
  const difference = isAbove
    ? { expectedDifference: adjustedDifference, low, high }
    : { expectedDifference: -adjustedDifference, low: -high, high: -low };
  return { driver, outcome, lagDays, aim, threshold, ...difference };
}

function isStrong({ adjustedCoefficient, qValue, trace }: Evidence, effect: Effect): boolean {
  const isClear = effect.low > 0 || effect.high < 0;
  // Ranks and means may disagree where a few wild days make the means.
  const doAgree = effect.adjustedDifference * adjustedCoefficient > 0;
  const isOver = !isSilence(trace) && trace.verdict === 'FADED';
  return qValue <= MAX_Q_VALUE && Math.abs(adjustedCoefficient) >= MIN_COEFFICIENT && isClear && doAgree && !isOver;
}

function isReached({ aim, threshold }: Aimed, value: number): boolean {
  const isAbove = value >= (threshold ?? 1);
  return aim === 'AT_LEAST' || aim === 'YES' ? isAbove : !isAbove;
}

/** By score; then by name, so that the order of the input does not matter. */
function comparePromise(a: Recommendation, b: Recommendation): number {
  return b.score - a.score || compare(a.driver, b.driver) || compare(a.outcome, b.outcome) || a.lagDays - b.lagDays;
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** The best for each driver and outcome, and for each driver only what asks the same as the best of all. */
function keepConsistent(ranked: readonly Recommendation[]): Recommendation[] {
  const directions = new Map<string, boolean>();
  const seen = new Set<string>();
  return ranked.filter(({ driver, outcome, aim }) => {
    const isMore = aim === 'AT_LEAST' || aim === 'YES';
    if (!directions.has(driver)) directions.set(driver, isMore);
    const pair = JSON.stringify([driver, outcome]);
    if (directions.get(driver) !== isMore || seen.has(pair)) return false;
    seen.add(pair);
    return true;
  });
}

/** Sample standard deviation of the values that are there, taken where squares do not overflow. */
function standardDeviation(values: Float64Array): number {
  const present = values.filter((value) => !Number.isNaN(value));
  const scaled = normalizeScale(present);
  const mean = scaled.reduce((sum, value) => sum + value / scaled.length, 0);
  const square = scaled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (scaled.length - 1);
  const largest = scaled.findIndex((value) => Math.abs(value) >= 1);
  return Math.sqrt(square) * (present[largest]! / scaled[largest]!);
}
