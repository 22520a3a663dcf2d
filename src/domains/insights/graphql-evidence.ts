import { builder } from '../../graphql/builder.ts';
import { defineEnum } from '../../graphql/enums.ts';
import type { InsightType as InsightTypeName } from './evidence.ts';
import { CalendarPattern, ChangePoint, Streak, Trend } from './graphql-courses.ts';
import { Anomaly, Forecast } from './graphql-days.ts';
import { ChangingRelation, Correlation, Recommendation } from './graphql-relations.ts';

export const InsightType = defineEnum<InsightTypeName>('InsightType', 'What kind of statement an insight is.', {
  CORRELATION: 'Two metrics go together.',
  TREND: 'A metric rises or falls, or has changed its level.',
  PATTERN: 'A metric follows the calendar or keeps a streak, or a relation changes.',
  ANOMALY: 'A value is unusual.',
  FORECAST: 'What is to be expected.',
  RECOMMENDATION: 'What may be worth trying.',
});

export const InsightEvidence = builder.unionType('InsightEvidence', {
  description: 'The numbers behind an insight.',
  types: [
    Correlation,
    Trend,
    ChangePoint,
    CalendarPattern,
    Streak,
    ChangingRelation,
    Anomaly,
    Forecast,
    Recommendation,
  ],
  resolveType: (evidence) => evidence.kind,
});
