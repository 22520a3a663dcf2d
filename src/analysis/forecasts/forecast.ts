import { countDays, findDayRange, isBinary, isConstant, normalizeScale } from '../series/daily-series.ts';
import { isSilence, type Silence, silent, tooFewDays } from '../silence.ts';
import { testAccuracy } from './accuracy-test.ts';
import type { Candidate, SmoothingModel } from './candidates.ts';
import { chooseCandidate } from './choice.ts';
import { divideHistory, type History } from './history.ts';
import { metricUnits } from './metric-units.ts';
import { naiveForecasts } from './naive-forecasts.ts';
import { calibrate, LEVEL, MIN_ERRORS } from './prediction-intervals.ts';
import { blankTrace, dailyLosses, errorsOf, forecastFrom, smooth, type Trace } from './trace.ts';

/** `index` counts on from those of the series; the rest is in the metric's units, low ≤ value ≤ high. */
export type ForecastPoint = { index: number; value: number; low: number; high: number };

/**
 * `model` with its `parameters` (those it has; see `SmoothingParameters`) smooths `n` values. `points` are the days
 * after the last value, but for those as far ahead as was never tested. `level` is the share of values that intervals
 * are made to hold, `coverage` the share they held. `error` is the model's mean absolute error on the
 * `backTestedDays`, which had no part in choosing it, `naiveError` that of the best naive forecast there, both in the
 * metric's units; `skill` is 1 - error/naiveError.
 */
export type Forecast = {
  model: SmoothingModel;
  parameters: { alpha: number; beta?: number; gamma?: number; phi?: number };
  points: ForecastPoint[];
  level: number;
  coverage: number;
  n: number;
  error: number;
  naiveError: number;
  skill: number;
  backTestedDays: number;
};

type Accuracy = Pick<Forecast, 'error' | 'naiveError' | 'skill' | 'backTestedDays'>;
type Outlook = Pick<Forecast, 'points' | 'coverage'>;

const MAX_HORIZON = 28;
/** A metric without a value for two weeks was given up. */
const GIVEN_UP_DAYS = 14;
const SIGNIFICANCE_LEVEL = 0.05;

/**
 * What the days after the last value will bring, by additive exponential smoothing with or without a damped trend and
 * a weekly rhythm (Hyndman & Athanasopoulos), and how far that can be trusted; silence where a naive forecast is as
 * good.
 *
 * Every day is forecast from the days before it alone. The earlier part of these forecasts chooses the model
 * (`chooseCandidate`), the later part, which the choice has not seen, says how good it is (`divideHistory` has the
 * borders): it must beat the best of four naive forecasts beyond chance (`testAccuracy`, one-sided, 5 %). Intervals
 * span the errors that its forecasts for as many days ahead made (`calibrate`).
 * @param values the last index is today
 * @param firstDay the civil day of index 0, in days since 1970-01-01
 * @param horizon days ahead, 1 to 28
 */
export function forecast(values: Float64Array, firstDay: number, horizon = 7): Forecast | Silence {
  if (isUnsuited(values)) return silent('NOT_APPLICABLE');
  const normalized = normalizeScale(values);
  const history = divideHistory(normalized, firstDay, limitHorizon(horizon));
  if (isSilence(history)) return history;
  if (isConstant(values)) return silent('CONSTANT');
  const candidate = chooseCandidate(history);
  const trace = smooth(history, candidate.parameters, history.values.length, blankTrace(history));
  const errors = errorsOf(history, trace, history.chooseFrom);
  const accuracy = judge(history, dailyLosses(errors, history.judgeFrom));
  if (isSilence(accuracy)) return accuracy;
  const outlook = lookAhead(history, trace, errors);
  if (isSilence(outlook)) return outlook;
  const described = { ...describe(candidate), ...accuracy, ...outlook, level: LEVEL, n: history.n };
  return restoreUnits(described, values, normalized);
}

/** Yes and no, an infinity, or given up: no value in the last 14 days. Whether there are values enough is not asked. */
function isUnsuited(values: Float64Array): boolean {
  const { last } = findDayRange(values);
  if (last === -1) return false;
  const isInfinite = values.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY);
  return isInfinite || values.length - 1 - last >= GIVEN_UP_DAYS || (isBinary(values) && !isConstant(values));
}

const limitHorizon = (horizon: number): number => Math.min(MAX_HORIZON, Math.max(1, Math.floor(horizon) || 1));

/** The model's losses by day against those of the naive forecast that did best on the very days they are judged by. */
function judge(history: History, losses: Float64Array): Accuracy | Silence {
  const rivals = naiveForecasts(history).map((trace) =>
    dailyLosses(errorsOf(history, trace, history.judgeFrom), history.judgeFrom),
  );
  const rival = rivals.reduce((best, one) => (mean(one) < mean(best) ? one : best));
  const [error, naiveError] = [mean(losses), mean(rival)];
  const { pValue } = testAccuracy(losses.map((loss, i) => rival[i]! - loss));
  if (!(error < naiveError && pValue <= SIGNIFICANCE_LEVEL)) return silent('NOT_BETTER_THAN_NAIVE');
  return { error, naiveError, skill: 1 - error / naiveError, backTestedDays: losses.length };
}

/** Points for the horizons whose intervals could be tested, and how all of these did together. */
function lookAhead(history: History, trace: Trace, errors: readonly Float64Array[]): Outlook | Silence {
  const last = history.values.length - 1;
  const points: ForecastPoint[] = [];
  let [tested, inside] = [0, 0];
  errors.forEach((ofHorizon, i) => {
    const calibration = calibrate(ofHorizon, i + 1, history.judgeFrom);
    if (!calibration) return;
    tested += calibration.tested;
    inside += calibration.inside;
    const value = forecastFrom(trace, last, i + 1);
    points.push({ index: last + i + 1, value, low: value + calibration.span.low, high: value + calibration.span.high });
  });
  if (points.length > 0) return { points, coverage: inside / tested };
  return tooFewDays(Math.min(MIN_ERRORS - 1, Math.max(...errors.map(countDays))), MIN_ERRORS);
}

function describe({
  model,
  parameters: { alpha, beta, gamma, phi },
}: Candidate): Pick<Forecast, 'model' | 'parameters'> {
  const trend = beta > 0 ? { beta, phi } : {};
  const rhythm = gamma > 0 ? { gamma } : {};
  return { model, parameters: { alpha, ...trend, ...rhythm } };
}

/** From normalized values, and indexes that count from the first value, back to the metric's and the series' own. */
function restoreUnits(scaled: Forecast, values: Float64Array, normalized: Float64Array): Forecast {
  const { size, value } = metricUnits(values, normalized);
  const { first } = findDayRange(values);
  const points = scaled.points.map((point) => ({
    index: first + point.index,
    value: value(point.value),
    low: value(point.low),
    high: value(point.high),
  }));
  return { ...scaled, points, error: size(scaled.error), naiveError: size(scaled.naiveError) };
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
