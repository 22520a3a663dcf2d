import { type Anomalies, findAnomalies } from '../anomalies/anomalies.ts';
import { type Forecast, forecast } from '../forecasts/forecast.ts';
import { type MonthEffects, testMonths } from '../patterns/month-effects.ts';
import { findStreaks, type Streaks } from '../patterns/streaks.ts';
import { testWeekdays, type WeekdayEffects } from '../patterns/weekday-effects.ts';
import { countDays, type DayRange, findDayRange, isConstant } from '../series/daily-series.ts';
import { silent, type Silence, tooFewDays } from '../silence.ts';
import { type ChangePoint, findChangePoints } from '../trends/change-points.ts';
import { describeMotion, type Motion } from '../trends/motion.ts';
import { MIN_TREND_DAYS, testTrend, type TrendResult } from '../trends/trend.ts';

/** Everything that one series says by itself, before p-values of several are judged together. */
export type SeriesReport = {
  range: DayRange;
  trend: TrendResult | Silence;
  motion: Motion | null;
  changes: ChangePoint[] | Silence;
  weekdays: WeekdayEffects | Silence;
  months: MonthEffects | Silence;
  streaks: Streaks | Silence;
  anomalies: Anomalies | Silence;
  forecast: Forecast | Silence;
};

/** Days back from the last value within which an unusual day is news. */
export const ANOMALY_DAYS = 90;

/**
 * Reports on one series. Nothing here looks further than its own last value, so a day on which only others have values
 * leaves it as it is.
 * @param firstDay the civil day of index 0, in days since 1970-01-01
 */
export function reportSeries(padded: Float64Array, firstDay: number): SeriesReport {
  const range = findDayRange(padded);
  const values = padded.subarray(0, range.last + 1);
  return {
    range,
    trend: testTrend(values) ?? explainNoTrend(values),
    motion: describeMotion(values),
    changes: findChangePoints(values),
    weekdays: testWeekdays(values, firstDay),
    months: testMonths(values, firstDay),
    streaks: findStreaks(values),
    anomalies: findAnomalies(values, firstDay, { first: Math.max(0, range.last - ANOMALY_DAYS + 1), last: range.last }),
    forecast: forecast(values, firstDay),
  };
}

function explainNoTrend(values: Float64Array): Silence {
  const days = countDays(values);
  if (days < MIN_TREND_DAYS) return tooFewDays(days, MIN_TREND_DAYS);
  return silent(isConstant(values) ? 'CONSTANT' : 'NOTHING_FOUND');
}
