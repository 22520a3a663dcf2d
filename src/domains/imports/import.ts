import type { Import as ImportRow } from '../../../generated/prisma/client.ts';
import type { DayRange } from '../entries/series.ts';
import type { Question } from './format.ts';
import type { AnyFormat } from './input.ts';

/** The way of an import; there is one back from APPLIED, and from READY when the file is to be read in another way. */
export type ImportState =
  | 'AWAITING_UPLOAD'
  | 'CHECKING'
  | 'READY'
  | 'APPLYING'
  | 'APPLIED'
  | 'FAILED'
  | 'UNDOING'
  | 'UNDONE';

/** A row that is not taken over, and a plain reason. */
export type RejectedRow = { row: number; reason: string };

/** What was left out on purpose: "Scores, which ...", and how many records of it there were. */
export type LeftOut = { what: string; records: number };

/** What a file brings for one metric, counted in entries. */
export type MetricReport = {
  /** Of the metric that is there, or will be. */
  id: string;
  name: string;
  unit: string | null;
  /** Whether applying creates it. */
  isNew: boolean;
  added: number;
  /** Entries of an earlier import that get another value. */
  changed: number;
  duplicates: number;
  /** Those that wait for an answer. */
  open: number;
  sources: string[];
  range: DayRange | null;
};

/** What is in a file: `rowsRead` is the sum of the accepted, the duplicates and the rejected. */
export type ImportReport = {
  rowsRead: number;
  rowsAccepted: number;
  duplicates: number;
  rowsRejected: number;
  /** The first of them, by row. */
  rejected: RejectedRow[];
  /** Names of the metrics that its rows belong to. */
  metrics: string[];
  /** Those among them that did not exist. */
  newMetrics: string[];
  /** The same metrics one by one. */
  byMetric: MetricReport[];
  ignoredColumns: string[];
  /** What was left out on purpose. */
  leftOut: LeftOut[];
  /** What only the person can say. */
  questions: Question[];
  /** First and last day; null when no row was accepted. */
  range: DayRange | null;
};

/** An import as everything outside the database sees it. */
export type Import = {
  id: string;
  format: AnyFormat;
  fileName: string | null;
  state: ImportState;
  applyWhenReady: boolean;
  options: unknown;
  /** From 0 to 1: the check is its first half. */
  progress: number;
  report: ImportReport | null;
  error: string | null;
  createdAt: Date | string;
  updatedAt: Date | string;
};

/** An import as plain JSON, as the change log holds it. */
export function toImport(row: ImportRow): Import {
  const { userId: _u, deviceId: _d, createdMetricIds: _c, questions: _q, answers: _a, ...shown } = row;
  return { ...shown, format: row.format as AnyFormat, state: row.state as ImportState, report: row.report as never };
}
