import type { SparseSeries } from '../../analysis/series/alignment.ts';
import { isDay, toDayNumber } from '../../kernel/civil-time.ts';
import { InvalidInputError } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { sql } from '../../platform/database/database.ts';
import { countedEntries } from './counting.ts';

export type DayRange = { from: string; to: string };
export type Bucket = 'DAY' | 'WEEK' | 'MONTH';

/** Values of one metric, one per day (week, month) that has any, in order of time. */
export type BucketedSeries = { metricId: string; dates: string[]; values: number[] };

/**
 * Numeric values by day: the entries of a day that count become one value by the metric's aggregation. Weeks (from Monday) and
 * months aggregate entries in the same way, so a week's steps are a sum and a week's mood is a mean.
 * @param range both ends included; null for everything
 * @param metricIds null for all active metrics
 */
export const readSeries = (
  viewer: Viewer,
  range: DayRange | null,
  metricIds: readonly string[] | null,
  bucket: Bucket = 'DAY',
): Promise<BucketedSeries[]> =>
  readBuckets(
    viewer,
    { range, metricIds, bucket },
    'array_agg(day::text ORDER BY day) AS dates, array_agg(value ORDER BY day) AS values',
  );

/**
 * The values by day of many metrics, each under the id of its metric, for the analysis. They travel as the bytes the database holds: years of text to
 * parse would hold up the event loop.
 */
export async function readDailySeries(
  viewer: Viewer,
  range: DayRange | null,
  metricIds: readonly string[] | null,
): Promise<SparseSeries[]> {
  const rows = await readBuckets<{ metricId: string; days: Buffer; values: Buffer }>(
    viewer,
    { range, metricIds, bucket: 'DAY' },
    `string_agg(int4send(day - DATE '1970-01-01'), '' ORDER BY day) AS days,
     string_agg(float8send(value), '' ORDER BY day) AS values`,
  );
  return rows.map(({ metricId, days, values }) => ({
    id: metricId,
    days: new Int32Array(copyBytes(days.swap32())),
    values: new Float64Array(copyBytes(values.swap64())),
  }));
}

/** Typed arrays begin at multiples of their element's size, which a buffer from the network need not. */
const copyBytes = ({ buffer, byteOffset, byteLength }: Buffer): ArrayBuffer =>
  buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;

const counted = countedEntries(
  'e.metric_id, e.date, e.time, e.number, e.created_at, e.id, m.aggregation',
  `e.user_id = $1::uuid AND e.number IS NOT NULL
   AND ($2::date IS NULL OR e.date >= $2::date) AND ($3::date IS NULL OR e.date <= $3::date)
   AND CASE WHEN $4::uuid[] IS NULL THEN m.is_active ELSE e.metric_id = ANY($4::uuid[]) END`,
);

type Selection = { range: DayRange | null; metricIds: readonly string[] | null; bucket: Bucket };

async function readBuckets<Row extends object>(viewer: Viewer, selection: Selection, columns: string): Promise<Row[]> {
  const { range, metricIds, bucket } = selection;
  if (range) checkRange(range);
  return sql.query<Row>(
    `SELECT metric_id AS "metricId", ${columns}
     FROM (
       SELECT e.metric_id, ${bucketOf[bucket]} AS day, ${aggregatedValue()} AS value
       FROM ${counted} e
       GROUP BY e.metric_id, e.aggregation, 2
     ) daily GROUP BY metric_id ORDER BY metric_id`,
    [viewer.userId, range?.from ?? null, range?.to ?? null, metricIds?.filter(isId) ?? null],
  );
}

/** The newest first, as LAST has them. */
export const newestFirst = 'ORDER BY e.date DESC, e.time DESC NULLS LAST, e.created_at DESC, e.id DESC';

/**
 * SQL of the value that numbers of `e` come to by their metric's aggregation.
 * @param order in which they are added up, where the last digit must always be the same
 */
export const aggregatedValue = (order = ''): string => `CASE e.aggregation
  WHEN 'SUM' THEN ${saturatingSum('1', order)} WHEN 'MEAN' THEN ${saturatingSum('count(*)', order)}
  WHEN 'MIN' THEN min(e.number) WHEN 'MAX' THEN max(e.number)
  ELSE (array_agg(e.number ${newestFirst}))[1] END`;

/**
 * A sum divided by `divisor` that stops at the largest double: PostgreSQL fails the whole statement when a sum of doubles
 * overflows (and its avg already when the squares do), so two values of 1e308 would take a person's charts away.
 */
const saturatingSum = (divisor: string, order: string): string => `CASE WHEN max(abs(e.number)) < 1e290
  THEN sum(e.number ${order}) FILTER (WHERE abs(e.number) < 1e290) / ${divisor}
  ELSE greatest(-0.9999999, least(0.9999999, sum(e.number / 1e308 / 1e6 ${order}) * (1e6 / 1.79) / ${divisor})) * 1.79e308 END`;

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
