import type { CorrelationResult } from '../../analysis/correlations/correlations.ts';
import type { TrendResult } from '../../analysis/trends/trend.ts';
import type { DayRange } from '../entries/series.ts';

/** A tested pair as the API shows it; driver and outcome are ids of metrics. */
export type CorrelationEvidence = CorrelationResult & { kind: 'Correlation' };

/** A tested trend as the API shows it. */
export type TrendEvidence = Omit<TrendResult, 'intercept'> & { kind: 'Trend'; metricId: string; range: DayRange };

/** What an insight rests on; `kind` is its GraphQL type. */
export type Evidence = CorrelationEvidence | TrendEvidence;

/** Something the analysis holds to be true of a person. */
export type NewInsight = {
  type: 'CORRELATION' | 'TREND';
  /** What it is about: the same finding has the same key, whatever its numbers. */
  key: string;
  title: string;
  /** From 0 to 1: one minus the error rate the finding was let through at. */
  confidence: number;
  range: DayRange;
  metricIds: string[];
  evidence: Evidence;
};
