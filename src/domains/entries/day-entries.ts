import type { Viewer } from '../../kernel/viewer.ts';
import { sql } from '../../platform/database/database.ts';
import { countedEntries } from './counting.ts';
import type { DayRange } from './series.ts';

const counted = countedEntries(
  'e.metric_id, e.date, e.time, e.created_at, e.id',
  'e.user_id = $1::uuid AND e.date BETWEEN $2::date AND $3::date AND e.number IS NOT NULL AND m.is_active',
);

/** The entries that a metric's value of one day is made of: how many, and the first ids by time of day. */
export type DayEntries = { metricId: string; date: string; count: number; ids: string[] };

/**
 * The entries behind the daily values of all active numeric metrics, a row for each metric and day that has any, by
 * metric and then by day.
 * @param range both ends included
 * @param idsMax ids of one day at most: a metric may have thousands
 */
export const readDayEntries = ({ userId }: Viewer, range: DayRange, idsMax: number): Promise<DayEntries[]> =>
  sql.query<DayEntries>(
    `SELECT e.metric_id AS "metricId", e.date, count(*)::int AS count,
            (array_agg(e.id ORDER BY e.time NULLS LAST, e.created_at, e.id))[1:$4::int] AS ids
     FROM ${counted} e GROUP BY e.metric_id, e.date ORDER BY e.metric_id, e.date`,
    [userId, range.from, range.to, idsMax],
    'read-day-entries',
  );
