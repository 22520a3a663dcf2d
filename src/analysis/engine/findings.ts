import type { Anomaly } from '../anomalies/anomalies.ts';
import type { Effect } from '../correlations/effect.ts';
import type { Interval } from '../correlations/interval.ts';
import type { LaggedTest } from '../correlations/lagged-test.ts';
import type { Tautology } from '../correlations/tautologies.ts';
import type { Forecast } from '../forecasts/forecast.ts';
import type { RelationTrace } from '../patterns/changing-relations.ts';
import type { MonthEffects } from '../patterns/month-effects.ts';
import type { Streaks } from '../patterns/streaks.ts';
import type { WeekdayEffects } from '../patterns/weekday-effects.ts';
import type { Preference, Recommendation } from '../recommendations/recommendations.ts';
import type { DayRange } from '../series/daily-series.ts';
import type { Silence } from '../silence.ts';
import type { ChangePoint } from '../trends/change-points.ts';
import type { Motion } from '../trends/motion.ts';
import type { TrendResult } from '../trends/trend.ts';

/** A pair that goes together, by the strongest of its lags and methods, with what it means. */
export type Relation = LaggedTest & {
  qValue: number;
  familySize: number;
  interval: Interval;
  effect: Effect | null;
  trace: RelationTrace | Silence;
  /** The outcome's days. */
  range: DayRange;
};

/** What holds. Days are indexes from the engine's first day. */
export type Finding =
  | { type: 'CORRELATION'; relation: Relation }
  | { type: 'CHANGING_RELATION'; relation: Relation; trace: RelationTrace }
  | { type: 'TREND'; id: string; trend: TrendResult; motion: Motion | null; qValue: number; range: DayRange }
  | { type: 'CHANGE_POINT'; id: string; change: ChangePoint; qValue: number; range: DayRange }
  | { type: 'WEEKDAYS'; id: string; effects: WeekdayEffects; qValue: number; range: DayRange }
  | { type: 'MONTHS'; id: string; effects: MonthEffects; qValue: number; range: DayRange }
  | { type: 'STREAK'; id: string; streaks: Streaks }
  | { type: 'ANOMALY'; id: string; anomaly: Anomaly }
  | { type: 'FORECAST'; id: string; forecast: Forecast; range: DayRange }
  | { type: 'RECOMMENDATION'; recommendation: Recommendation; confidence: number; range: DayRange };

/** What a person has said about a metric. */
export type MetricFacts = {
  id: string;
  /** Where the person wants it to go. */
  desired: 'HIGHER' | 'LOWER' | null;
  isActionable: boolean;
  /** Kept in seconds: thresholds are then whole minutes and hours. */
  isDuration: boolean;
};
export type PersonFacts = { metrics: MetricFacts[]; preferences: Preference[] };

/** Which of the questions asked of a series or a pair. */
export type Question = 'CORRELATION' | 'TREND' | 'PATTERN' | 'ANOMALY' | 'FORECAST' | 'RECOMMENDATION';
/** Why a question about a series, or a pair, has no answer; READY where it has one. */
export type Readiness = {
  ids: string[];
  type: Question;
  reason: Silence['reason'] | 'READY';
  missingDays: number | null;
};

/** Everything that can be said of a person. `firstDay` is the civil day of index 0, in days since 1970-01-01. */
export type Conclusion = {
  firstDay: number;
  findings: Finding[];
  tautologies: Tautology[];
  /** How many correlation tests shared the q-values. */
  familySize: number;
};
