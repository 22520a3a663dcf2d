import type { CorrelationMethod } from '../../analysis/correlations/correlations.ts';
import type { DayRange } from '../entries/series.ts';

/** A tested pair as the API shows it; driver and outcome are ids of metrics. */
export type CorrelationEvidence = {
  kind: 'Correlation';
  driver: string;
  outcome: string;
  lagDays: number;
  method: CorrelationMethod;
  /** On the values as they are. */
  coefficient: number;
  /** After weekday, trend and yearly season are removed: what was tested. */
  adjustedCoefficient: number;
  /** 95 % confidence limits of the adjusted coefficient; null in a report, where they would hide the family's size. */
  interval: Interval | null;
  n: number;
  effectiveN: number;
  pValue: number;
  qValue: number;
  isSignificant: boolean;
  /** How many tests share the q-value. */
  familySize: number;
  effect: EffectEvidence | null;
};

/** Lower and upper limit. */
export type Interval = { low: number; high: number };

/** What goes along with the driver, in the outcome's unit. */
export type EffectEvidence = {
  /** Days with at least this much of the driver against days with less; null when the driver is yes or no. */
  threshold: number | null;
  meanAbove: number;
  meanBelow: number;
  nAbove: number;
  nBelow: number;
  difference: number;
  adjustedDifference: number;
  interval: Interval;
};

/** A tested trend as the API shows it. */
export type TrendEvidence = {
  kind: 'Trend';
  metricId: string;
  range: DayRange;
  direction: 'RISING' | 'FALLING' | 'STEADY';
  slopePerDay: number;
  n: number;
  pValue: number;
  strength: number;
  /** Slope of the last four weeks, and how it differs from the four before; null while there are too few values. */
  velocity: number | null;
  acceleration: number | null;
};

/** A day from which on the metric keeps to another level. */
export type ChangePointEvidence = {
  kind: 'ChangePoint';
  metricId: string;
  date: string;
  before: number;
  after: number;
  daysBefore: number;
  daysAfter: number;
  pValue: number;
};

/** What the calendar does to a metric. */
export type CalendarPatternEvidence = {
  kind: 'CalendarPattern';
  metricId: string;
  cycle: 'WEEKDAY' | 'MONTH';
  /** From Monday, or from January; null where there is no value. */
  effects: { position: number; difference: number; days: number }[];
  strongest: { position: number; difference: number; ownLevel: number; othersLevel: number; days: number };
  n: number;
  pValue: number;
  qValue: number;
};

/** Consecutive days with a yes. */
export type StreakEvidence = {
  kind: 'Streak';
  metricId: string;
  days: number;
  since: string;
  milestone: number;
  longestDays: number;
};

/** How a relation has held over time. */
export type ChangingRelationEvidence = {
  kind: 'ChangingRelation';
  driver: string;
  outcome: string;
  lagDays: number;
  verdict: 'FADED' | 'EMERGED' | 'CHANGED';
  windows: { range: DayRange; coefficient: number; n: number }[];
  pValue: number;
};

/** A day unlike the days before it. */
export type AnomalyEvidence = {
  kind: 'Anomaly';
  metricId: string;
  date: string;
  value: number;
  expected: number;
  /** In MADs. */
  deviation: number;
  extreme: 'HIGHEST' | 'LOWEST' | null;
  extremeOfDays: number;
  /** From 0, Monday. */
  weekday: number;
};

/** What the next days should bring. */
export type ForecastEvidence = {
  kind: 'Forecast';
  metricId: string;
  model: 'SIMPLE' | 'DAMPED_TREND' | 'WEEKLY' | 'DAMPED_TREND_WEEKLY';
  points: { date: string; value: number; low: number; high: number }[];
  level: number;
  coverage: number;
  error: number;
  naiveError: number;
  skill: number;
  n: number;
};

/** Something that may be worth trying. */
export type RecommendationEvidence = {
  kind: 'Recommendation';
  driver: string;
  outcome: string;
  lagDays: number;
  aim: 'AT_LEAST' | 'BELOW' | 'YES' | 'NO';
  threshold: number | null;
  expectedDifference: number;
  interval: Interval;
  /** Share of the last four weeks' days on which it was so already. */
  habitShare: number;
  score: number;
};

/** What an insight rests on; `kind` is its GraphQL type. */
export type Evidence =
  | CorrelationEvidence
  | TrendEvidence
  | ChangePointEvidence
  | CalendarPatternEvidence
  | StreakEvidence
  | ChangingRelationEvidence
  | AnomalyEvidence
  | ForecastEvidence
  | RecommendationEvidence;

export type InsightType = 'CORRELATION' | 'TREND' | 'PATTERN' | 'ANOMALY' | 'FORECAST' | 'RECOMMENDATION';

/** Something the analysis holds to be true of a person. */
export type NewInsight = {
  type: InsightType;
  /** What it is about: the same finding has the same key, whatever its numbers. */
  key: string;
  title: string;
  /** From 0 to 1: one minus the error rate the finding was let through at. */
  confidence: number;
  range: DayRange;
  metricIds: string[];
  evidence: Evidence;
};
