import { fromDayNumber } from '../../../kernel/civil-time.ts';
import type { DayRange } from '../../entries/series.ts';
import type { NamedMetric } from '../sentences/numbers.ts';

/** What turns findings into statements: which day index 0 is, and how the metrics are called. */
export type Context = { firstDay: number; metrics: ReadonlyMap<string, NamedMetric> };

export const toDate = ({ firstDay }: Pick<Context, 'firstDay'>, index: number): string =>
  fromDayNumber(firstDay + index);

export const toDates = (
  context: Pick<Context, 'firstDay'>,
  { first, last }: { first: number; last: number },
): DayRange => ({
  from: toDate(context, first),
  to: toDate(context, last),
});
