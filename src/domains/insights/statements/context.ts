import { fromDayNumber } from '../../../kernel/civil-time.ts';
import type { DayRange } from '../../entries/series.ts';
import type { NewInsight } from '../evidence.ts';
import type { NamedMetric } from '../sentences/numbers.ts';

/** What turns findings into statements: which day index 0 is, and how the metrics are called. */
export type Context = { firstDay: number; metrics: ReadonlyMap<string, NamedMetric> };

/** What makes a statement of a finding about metrics that all have a name still. */
export type Statement = Pick<NewInsight, 'title' | 'confidence' | 'range' | 'evidence'>;

export const toDate = ({ firstDay }: Pick<Context, 'firstDay'>, index: number): string =>
  fromDayNumber(firstDay + index);

export const toDates = (
  context: Pick<Context, 'firstDay'>,
  { first, last }: { first: number; last: number },
): DayRange => ({
  from: toDate(context, first),
  to: toDate(context, last),
});
