import { BrokenFileError } from '../../broken-file.ts';
import { importLimits } from '../../input.ts';
import { roles, type ColumnName, type CsvOptions, type Role } from './options.ts';

/** A column as the first line names it. */
type Column = { place: number; label: string; name: string };

/** What the columns of a CSV are. */
export type Layout = {
  /** LONG: one line per value. WIDE: one line per day; each column that has no role is a metric, or has no name. */
  kind: 'LONG' | 'WIDE';
  width: number;
  places: Partial<Record<Role, number>>;
  /** WIDE: the columns of metrics. */
  metrics: { place: number; label: string }[];
  /** WIDE: columns without a name, which may hold nothing. */
  unnamed: number[];
  /** LONG: what all values are, when no column says it. */
  metric: string | null;
  ignored: string[];
};

/** What the header of a CSV, and what the person says about it, make of its columns. @throws BrokenFileError */
export function readLayout(header: readonly string[], options: CsvOptions): Layout {
  if (header.length > importLimits.columns)
    throw new BrokenFileError(`The file has more than ${importLimits.columns} columns.`);
  const all = header.map((cell, place) => ({ place, label: cell.trim(), name: cell.trim().toLowerCase() }));
  const given = Object.entries(options.columns ?? {}).map(([role, name]) => [role, find(all, name).place] as const);
  const places: Layout['places'] = Object.fromEntries(given);
  refuseTwice(given.map(([, place]) => all[place]!));
  const leftOut = new Set((options.leaveOut ?? []).map((name) => find(all, name).place));
  const free = all.filter(({ place }) => !leftOut.has(place) && !given.some(([, taken]) => taken === place));
  refuseRepeated(free);
  places.date ??= free.find(({ name }) => name === 'date')?.place;
  if (places.date === undefined) throw new BrokenFileError(noDate);
  const ignored = all.filter(({ place, label }) => leftOut.has(place) && label !== '').map(({ label }) => label);
  return toLong(all.length, places, free, options.metric ?? null, ignored) ?? toWide(all.length, places, free, ignored);
}

const noDate =
  'The first line must name the columns, and one of them must be "date", or the options must say which one is: {"columns": {"date": "Day"}}.';

function find(all: readonly Column[], wanted: ColumnName): Column {
  const found =
    typeof wanted === 'number' ? all[wanted - 1] : all.find(({ name }) => name === wanted.trim().toLowerCase());
  if (found) return found;
  const named = typeof wanted === 'number' ? `column ${wanted}` : `column "${wanted.slice(0, 50)}"`;
  throw new BrokenFileError(`The options speak of the ${named}, and the first line has none such.`);
}

function refuseTwice(named: readonly Column[]): void {
  const twice = named.find((column, i) => named.indexOf(column) < i);
  if (twice) throw new BrokenFileError(`The options say two things of the column "${twice.label.slice(0, 50)}".`);
}

/** Of two columns with one name nobody knows which is meant; one that has a role already is out of the question. */
function refuseRepeated(free: readonly Column[]): void {
  const repeated = free.find(({ name }, i) => name !== '' && free.findIndex((each) => each.name === name) < i);
  if (repeated) throw new BrokenFileError(`The column "${repeated.label}" stands twice in the first line.`);
}

/** Null when the file is none of values by line. @throws BrokenFileError */
function toLong(
  width: number,
  given: Layout['places'],
  free: readonly Column[],
  metric: string | null,
  ignored: readonly string[],
): Layout | null {
  const places = { ...given };
  for (const role of roles) places[role] ??= free.find(({ name }) => name === role)?.place;
  const hasMetric = places.metric !== undefined;
  if (hasMetric && metric !== null && given.metric !== undefined)
    throw new BrokenFileError('The options name the metric, and a column for it too. Say one of them.');
  if (metric !== null) delete places.metric;
  if (!hasMetric && metric === null && given.value === undefined) return null;
  if (places.value === undefined)
    throw new BrokenFileError(
      hasMetric
        ? 'There is a column "metric", but none with the name "value".'
        : 'The options name a metric, but there is no column for its values.',
    );
  if (!hasMetric && metric === null)
    throw new BrokenFileError('There is a column for the values, but nothing says what they are: name the metric.');
  const used = new Set(Object.values(places));
  const strange = free.filter(({ place, label }) => label !== '' && !used.has(place)).map(({ label }) => label);
  return { kind: 'LONG', width, places, metrics: [], unnamed: [], metric, ignored: [...ignored, ...strange] };
}

function toWide(width: number, given: Layout['places'], free: readonly Column[], ignored: string[]): Layout {
  const others = free.filter(({ place }) => place !== given.date);
  const metrics = others.filter(({ label }) => label !== '');
  if (metrics.length === 0) throw new BrokenFileError('Beside "date", the file needs a column for each metric.');
  const unnamed = others.filter(({ label }) => label === '').map(({ place }) => place);
  return { kind: 'WIDE', width, places: given, metrics, unnamed, metric: null, ignored };
}
