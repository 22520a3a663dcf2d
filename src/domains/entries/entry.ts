import type { Metric } from '../../../generated/prisma/client.ts';
import type { StoredValue } from '../metrics/rules.ts';

/** An entry as everything outside the database sees it; the SQL function `entry_snapshot` makes it. */
export type Entry = StoredValue & {
  id: string;
  metricId: string;
  /** Civil day, 2026-11-21. */
  date: string;
  /** Wall-clock time, 07:30:00. */
  time: string | null;
  notes: string | null;
  tags: string[];
  /** What wrote it: `api`, or the kind of import. */
  source: string;
  importId: string | null;
  version: number;
  /** Instants, RFC 3339, UTC. */
  createdAt: string;
  updatedAt: string;
};

/** An entry, and its metric when that is at hand. */
export type EntryWithMetric = Entry & { metric?: Metric };

/** The part of an entry that a person gives. */
export type EntryContent = Pick<Entry, 'id' | 'metricId' | 'date' | 'time' | 'number' | 'text' | 'notes' | 'tags'>;

/** The fields that a person sets, and the name each has in the API. */
const contentNames = {
  metricId: 'metricId',
  date: 'date',
  time: 'time',
  number: 'value',
  text: 'value',
  notes: 'notes',
  tags: 'tags',
} as const;

/** The fields, by their names in the API, in which the entry is not what the person asks for. */
export function differingFields(entry: EntryContent, wanted: EntryContent): string[] {
  const keys = Object.keys(contentNames) as (keyof typeof contentNames)[];
  const differing = keys.filter((key) => JSON.stringify(entry[key]) !== JSON.stringify(wanted[key]));
  return [...new Set(differing.map((key) => contentNames[key]))];
}

/** HH:MM:SS of a wall-clock time, as the database writes it. */
export const toFullTime = (time: string | null | undefined): string | null =>
  time == null ? null : time.length === 5 ? `${time}:00` : time;
