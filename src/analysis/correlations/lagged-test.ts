import { adjust, type Calendar, readCalendar } from '../series/adjust.ts';
import { autocorrelations, correctPhi } from '../series/autocorrelation.ts';
import { countDays, type DailySeries, isConstant, normalizeScale } from '../series/daily-series.ts';
import { rankSorted, sortedIndexes } from '../series/ranks.ts';
import { correlationPValue } from '../distributions/significance.ts';
import { type News, removeCarryOver } from './carry-over.ts';
import { correlateComplete, pairAtLag } from './correlation.ts';
import { effectiveSize } from './effective-size.ts';
import { describeShape, gammaTailPValue } from './tail-shape.ts';

export type CorrelationMethod = 'PEARSON' | 'SPEARMAN';
/**
 * What was found of the news of two series, `driver` on day t beside `outcome` on day t + `lagDays`; see
 * CorrelationResult.
 */
export type AdjustedTest = {
  driver: string;
  outcome: string;
  lagDays: number;
  method: CorrelationMethod;
  adjustedCoefficient: number;
  n: number;
  effectiveN: number;
  pValue: number;
};
/** The same with the coefficient of the days as they are. */
export type LaggedTest = AdjustedTest & { coefficient: number };
/**
 * What a series brings to all its tests: its values (scaled) and their ascending order; the residuals of its scores
 * (values or ranks) without weekday, trend and season, and the share of its values that this fit used up; `phi`, how
 * much of a day's residual carries over to the next; and its news, free of that.
 */
export type PreparedSeries = {
  id: string;
  method: CorrelationMethod;
  values: Float64Array;
  sorted: Int32Array;
  residuals: Float64Array;
  fittedShare: number;
  phi: number;
  news: News;
  /** How often the commonest value comes: as many days and more cannot all have the same. */
  mostTied: number;
};

type Sides = { driver: Float64Array; outcome: Float64Array };

/** Fewer days with both are not tested. */
export const MIN_PAIRS = 14;
/** Student's p-value above which the gamma tail is not asked: no test is let through there. */
const HOPELESS = 0.1;

/**
 * Readies a series for its tests. `firstDay` is the civil day of index 0, in days since 1970-01-01; `calendar` spares
 * reading it again for the other method.
 */
export function prepareSeries(
  series: DailySeries,
  firstDay: number,
  method: CorrelationMethod,
  calendar: Calendar = readCalendar(series.values, firstDay),
): PreparedSeries {
  // No Pearson coefficient takes an infinite value, and one NaN would spoil the q-values of a whole family.
  const isUsable =
    method === 'SPEARMAN' || series.values.every((value) => Math.abs(value) !== Number.POSITIVE_INFINITY);
  const values = isUsable ? normalizeScale(series.values) : series.values.map(() => Number.NaN);
  const sorted = sortedIndexes(values);
  const scores = method === 'SPEARMAN' ? rankSorted(values, sorted) : values;
  const { residuals, terms, drifts } = isUsable ? adjust(scores, firstDay, calendar) : adjust(scores, firstDay);
  const n = countDays(values);
  const phi = correctPhi(autocorrelations(residuals, 1)[1]!, n, 1 + drifts);
  const news = removeCarryOver(residuals, phi);
  const fittedShare = terms / Math.max(1, n);
  const mostTied = countMostTied(values, sorted);
  return { id: series.id, method, values, sorted, residuals, fittedShare, phi, news, mostTied };
}

function countMostTied(values: Float64Array, sorted: Int32Array): number {
  let most = 0;
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    while (end < sorted.length && values[sorted[end]!] === values[sorted[start]!]) end++;
    most = Math.max(most, end - start);
  }
  return most;
}

/**
 * The news of a driver for tests against an outcome: its own. At lags ≥ 1 a driver that carries over more than the
 * outcome does is freed of only as much as that: nothing more is needed for the level of the test, and what is left of
 * its persistence is what the outcome may answer to.
 */
export function newsFor(driver: PreparedSeries, outcome: PreparedSeries, lagDays: number): News {
  const isOwn = lagDays === 0 || driver.phi <= outcome.phi;
  return isOwn ? driver.news : removeCarryOver(driver.residuals, outcome.phi, driver.news.present);
}

/**
 * Tests `driver` on day t against `outcome` on day t + `lagDays`, both prepared for the same method; null when they
 * share fewer than `minPairs` days, or a side does not vary over them. `driverNews` spares making them again at each
 * lag ≥ 1.
 */
export function testAtLag(
  driver: PreparedSeries,
  outcome: PreparedSeries,
  lagDays: number,
  minPairs = MIN_PAIRS,
  driverNews = newsFor(driver, outcome, lagDays),
): LaggedTest | null {
  const test = testAdjusted(driver, outcome, lagDays, minPairs, driverNews);
  return test && { ...test, coefficient: correlateAtLag(driver, outcome, lagDays) };
}

/**
 * The same test without the coefficient of the days as they are, which takes most of the time.
 *
 * What is tested is the correlation of news (Haugh 1976): under the null hypothesis the outcome's news do not depend on
 * their past, and then r keeps its level whatever the driver does. Bartlett's sum over the news catches what AR(1)
 * leaves (prewhitening, Andrews & Monahan 1992), and each term of the calendar costs a value. Where nothing is left of
 * a side, as of a straight line, the adjusted coefficient is 0 and p is 1. Measured figures: docs/algorithms.md.
 *
 * In long histories the sum goes back 60 days. With 30, what lasts longer than AR(1) fooled more people than promised:
 * of 600 histories of 8 metrics over 1825 days a slow state beneath white noise made a finding in 16.3 % (with 60 days 9
 * %), shifts of level in 16.5 % (10.2 %), white noise in 6.3 % (6.2 %), dips on Sundays in 8.7 % (8.7 %). Tried and left
 * out: White's (1980) correction for days of unequal variance, n · min(1, mean x² · mean u² / mean x²u²). Nothing needs
 * it (dips on Sundays 7.7 %), and it costs power: r = 0.3, φ = 0.6 both, over 180 days was found in 40.5 instead of 44 %.
 */
export function testAdjusted(
  driver: PreparedSeries,
  outcome: PreparedSeries,
  lagDays: number,
  minPairs = MIN_PAIRS,
  driverNews = newsFor(driver, outcome, lagDays),
): AdjustedTest | null {
  const news = pairAtLag(driverNews.values, outcome.news.values, lagDays);
  const n = news.days.length;
  if (n < minPairs || !varyTogether(driver, outcome, lagDays, n)) return null;
  const known = effectiveSize(news.days, driverNews.autocorrelations, outcome.news.autocorrelations);
  const effectiveN = spendFitted(driver, outcome, known);
  const names = { driver: driver.id, outcome: outcome.id, lagDays, method: driver.method };
  return {
    ...names,
    n,
    effectiveN,
    ...judgeNews(correlateComplete(news.driver, news.outcome), effectiveN, () => news),
  };
}

/** What independent days are worth once the calendar was fitted to the values. */
export const spendFitted = (driver: PreparedSeries, outcome: PreparedSeries, days: number): number =>
  days * (1 - Math.max(driver.fittedShare, outcome.fittedShare));

/**
 * Whether both sides vary over their `n` common days, the driver's moved on by `lagDays` (≥ 0): surely when no value
 * comes as often as that.
 */
export function varyTogether(driver: PreparedSeries, outcome: PreparedSeries, lagDays: number, n: number): boolean {
  if (n > driver.mostTied && n > outcome.mostTied) return true;
  const raw = pairAtLag(driver.values, outcome.values, lagDays);
  return !isConstant(raw.driver) && !isConstant(raw.outcome);
}

/**
 * The adjusted coefficient and its p-value.
 * @param r the coefficient of the news; NaN where nothing is left of a side
 * @param takeNews the news on the common days, wanted by few
 */
export function judgeNews(
  r: number,
  effectiveN: number,
  takeNews: () => Sides,
): Pick<AdjustedTest, 'adjustedCoefficient' | 'pValue'> {
  if (Number.isNaN(r)) return { adjustedCoefficient: 0, pValue: 1 };
  const pValue = correlationPValue(r, effectiveN);
  // A floor that cannot matter is not computed.
  if (pValue > HOPELESS) return { adjustedCoefficient: r, pValue };
  const news = takeNews();
  const floor = gammaTailPValue(r, effectiveN, describeShape(news.driver), describeShape(news.outcome));
  return { adjustedCoefficient: r, pValue: Math.max(pValue, floor) };
}

/** The coefficient of the days as they are; ranks are those over the common days. NaN when a side does not vary. */
function correlateAtLag(driver: PreparedSeries, outcome: PreparedSeries, lagDays: number): number {
  const raw = pairAtLag(driver.values, outcome.values, lagDays);
  const scores = driver.method === 'SPEARMAN' ? rankPairs(driver, outcome, raw.days, lagDays) : raw;
  return correlateComplete(scores.driver, scores.outcome);
}

function rankPairs(driver: PreparedSeries, outcome: PreparedSeries, days: Int32Array, lagDays: number): Sides {
  return { driver: rankOnDays(driver, days, lagDays), outcome: rankOnDays(outcome, days, 0) };
}

/**
 * Ranks over the values on `days`, each moved back by `lagDays`, and over no others. The series was sorted once;
 * walking that order spares a sort per test. Plain loops: this is where most of the time of a family goes.
 */
function rankOnDays({ values, sorted }: PreparedSeries, days: Int32Array, lagDays: number): Float64Array {
  const positions = new Int32Array(values.length).fill(-1);
  for (let i = 0; i < days.length; i++) positions[days[i]! - lagDays] = i;
  const picked = new Float64Array(days.length);
  const order = new Int32Array(days.length);
  let next = 0;
  for (let i = 0; i < sorted.length; i++) {
    const position = positions[sorted[i]!]!;
    if (position < 0) continue;
    picked[position] = values[sorted[i]!]!;
    order[next++] = position;
  }
  return rankSorted(picked, order);
}
