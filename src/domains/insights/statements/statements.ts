import type { Finding } from '../../../analysis/engine/findings.ts';
import type { NewInsight } from '../evidence.ts';
import type { NamedMetric } from '../sentences/numbers.ts';
import type { Context } from './context.ts';
import { stateCalendarPattern, stateChangePoint, stateStreak, stateTrend } from './courses.ts';
import { stateAnomaly, stateForecast } from './days.ts';
import { stateChangingRelation, stateCorrelation, stateRecommendation } from './relations.ts';

type CourseFinding = Extract<Finding, { id: string }>;

/** A finding as people read it; null when a metric it is about has been deleted while the analysis ran. */
export function stateFinding(finding: Finding, context: Context): NewInsight | null {
  switch (finding.type) {
    case 'CORRELATION':
      return stateCorrelation(finding.relation, context);
    case 'CHANGING_RELATION':
      return stateChangingRelation(finding, context);
    case 'RECOMMENDATION':
      return stateRecommendation(finding, context);
    default:
      return stateOfOne(finding, context);
  }
}

function stateOfOne(finding: CourseFinding, context: Context): NewInsight | null {
  const metric = context.metrics.get(finding.id);
  return metric ? { ...stateCourse(finding, context, metric), metricIds: [finding.id] } : null;
}

function stateCourse(finding: CourseFinding, context: Context, metric: NamedMetric): Omit<NewInsight, 'metricIds'> {
  switch (finding.type) {
    case 'TREND':
      return stateTrend(finding, context, metric);
    case 'CHANGE_POINT':
      return stateChangePoint(finding, context, metric);
    case 'WEEKDAYS':
    case 'MONTHS':
      return stateCalendarPattern(finding, context, metric);
    case 'STREAK':
      return stateStreak(finding, context, metric);
    case 'ANOMALY':
      return stateAnomaly(finding, context, metric);
    case 'FORECAST':
      return stateForecast(finding, context, metric);
  }
}
