import type { Moment } from '../../changes/moments.ts';
import { fromDayNumber, lastDay, toDayNumber } from '../../kernel/civil-time.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { sql } from '../../platform/database/database.ts';
import { countedEntries } from './counting.ts';
import { openPast, pastEntries, readPastEntries, toParameters, type PastFilter } from './past-entries.ts';
import { aggregatedValue, newestFirst } from './series.ts';

/** What of a metric decides about its days. */
type Counting = { id: string; aggregation: string; sources: string[] };

/** What the entries of a metric on a day that count come to: a number by its aggregation, of words the last. */
export type DayValue = { metricId: string; date: string; number: number | null; text: string | null };

/** Days that are read at once. */
const windowDays = 92;

/**
 * The values by day that a person had after a change, in pages of whole days, the oldest first.
 * @param metrics as they were then
 * @throws ExpectedError CONFLICT when the log no longer tells that state
 */
export async function* readPastDays(
  viewer: Viewer,
  moment: Moment,
  filter: PastFilter,
  metrics: readonly Counting[],
): AsyncGenerator<DayValue[]> {
  const read = openPast(viewer, moment);
  const counting = JSON.stringify(metrics.map(({ id, aggregation, sources }) => ({ id, aggregation, sources })));
  for (let from = filter.from; ;) {
    const begin = await findFirstDay(viewer, moment, { ...filter, from });
    if (begin === null) return;
    const last = toDayNumber(begin) + windowDays - 1;
    const to = [fromDayNumber(last), filter.to ?? lastDay].toSorted()[0]!;
    const values = [...toParameters(viewer, moment, { ...filter, from: begin, to }), counting];
    yield await read((isNow) => sql.query<DayValue>(texts[isNow ? 'now' : 'past'], values));
    if (to >= (filter.to ?? lastDay)) return;
    from = fromDayNumber(last + 1);
  }
}

/** The first day with an entry; most people have long gaps, or begin long after 1900. */
async function findFirstDay(viewer: Viewer, moment: Moment, filter: PastFilter): Promise<string | null> {
  for await (const [entry] of readPastEntries(viewer, moment, filter, 1)) return entry!.date;
  return null;
}

function writeText(isNow: boolean): string {
  const columns = 'e.metric_id, e.date, e.time, e.number, e.text, e.created_at, e.id, m.aggregation';
  const joined = `FROM ${pastEntries(isNow)} e
    JOIN jsonb_to_recordset($6::jsonb) AS m(id uuid, aggregation text, sources text[]) ON m.id = e.metric_id`;
  return `SELECT e.metric_id AS "metricId", e.date, ${aggregatedValue('ORDER BY e.id')} AS number,
       (array_agg(e.text ${newestFirst}))[1] AS text
     FROM ${countedEntries(columns, 'true', joined)} e
     GROUP BY e.metric_id, e.date, e.aggregation ORDER BY e.date, e.metric_id`;
}

const texts = { now: writeText(true), past: writeText(false) };
