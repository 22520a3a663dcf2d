import { isDay, toDayNumber } from '../../kernel/civil-time.ts';
import { InvalidInputError } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { sql } from '../../platform/database.ts';

export type DayRange = { from: string; to: string };
export type Bucket = 'DAY' | 'WEEK' | 'MONTH';

/** Values of one metric, one per day (week, month) that has any, in order of time. */
export type BucketedSeries = { metricId: string; dates: string[]; values: number[] };

/**
 * Numeric values by day: the entries of a day become one value by the metric's aggregation. Weeks (from Monday) and
 * months aggregate entries in the same way, so a week's steps are a sum and a week's mood is a mean.
 * @param range both ends included; null for everything
 * @param metricIds null for all active metrics
 */
export async function readSeries(
  viewer: Viewer,
  range: DayRange | null,
  metricIds: readonly string[] | null,
  bucket: Bucket = 'DAY',
): Promise<BucketedSeries[]> {
  if (range) checkRange(range);
  const rows = await sql.query<BucketedSeries>(
    `SELECT metric_id AS "metricId", array_agg(day::text ORDER BY day) AS dates, array_agg(value ORDER BY day) AS values
     FROM (
       SELECT e.metric_id, ${bucketOf[bucket]} AS day, CASE m.aggregation
         WHEN 'SUM' THEN sum(e.number) WHEN 'MEAN' THEN avg(e.number) WHEN 'MIN' THEN min(e.number) WHEN 'MAX' THEN max(e.number)
         ELSE (array_agg(e.number ORDER BY e.date DESC, e.time DESC NULLS LAST, e.created_at DESC, e.id DESC))[1] END AS value
       FROM entries e JOIN metrics m ON m.user_id = e.user_id AND m.id = e.metric_id
       WHERE e.user_id = $1::uuid AND e.number IS NOT NULL
         AND ($2::date IS NULL OR e.date >= $2::date) AND ($3::date IS NULL OR e.date <= $3::date)
         AND CASE WHEN $4::uuid[] IS NULL THEN m.is_active ELSE e.metric_id = ANY($4::uuid[]) END
       GROUP BY e.metric_id, m.aggregation, 2
     ) daily GROUP BY metric_id ORDER BY metric_id`,
    [viewer.userId, range?.from ?? null, range?.to ?? null, metricIds?.filter(isId) ?? null],
  );
  return rows;
}

const bucketOf: Record<Bucket, string> = {
  DAY: 'e.date',
  WEEK: "date_trunc('week', e.date)::date",
  MONTH: "date_trunc('month', e.date)::date",
};

/** @throws InvalidInputError unless both days exist and are in order */
function checkRange({ from, to }: DayRange): void {
  if (!isDay(from) || !isDay(to))
    throw new InvalidInputError([
      { path: ['range'], message: 'This day does not exist, or is not between 1900 and 2200.' },
    ]);
  if (toDayNumber(from) > toDayNumber(to))
    throw new InvalidInputError([{ path: ['range'], message: 'The range ends before it begins.' }]);
}
