import type {
  FileMetric,
  Format,
  Question,
  Reading,
  Row,
  Source,
  SourceFile,
} from '../../../../src/domains/imports/format.ts';
import type { MetricConfig } from '../../../../src/domains/metrics/rules.ts';
import { toWallClock, toLocalDay } from '../../../../src/kernel/civil-time.ts';

/** What a format makes of files. */
export type Read = {
  metrics: FileMetric[];
  rows: (Row & { name: string })[];
  rejected: { row: number; reason: string }[];
  leftOut: { what: string; records: number }[];
  questions: Question[];
  described: { layout: string; ignoredColumns: readonly string[] } | null;
};

export type ReadOptions = {
  timeZone?: string;
  dayStartsAt?: number;
  options?: Record<string, unknown>;
  piece?: number;
  /** What the person's metrics are, by name; all others are as the file says. */
  existing?: Readonly<Record<string, MetricConfig>>;
};

/** An upload of these files, by name; what stands alone under the name "" or a file's is no archive. */
export function sourceOf(
  files: Record<string, string>,
  isArchive = Object.keys(files).length > 1,
  piece = 50_000,
): Source {
  const toFile = ([name, content]: [string, string]): SourceFile => ({
    name,
    head: async () => content.slice(0, 65_536),
    text: async function* () {
      for (let at = 0; at < content.length; at += piece) yield content.slice(at, at + piece);
    },
  });
  return { isArchive, files: Object.entries(files).map(toFile) };
}

/** Reads an upload with a format, as the product does. */
export async function readWith(
  format: Format,
  source: Source,
  { timeZone = 'Europe/Berlin', dayStartsAt = 0, options = {}, existing = {} }: ReadOptions = {},
): Promise<Read> {
  const read: Read = { metrics: [], rows: [], rejected: [], leftOut: [], questions: [], described: null };
  const reading: Reading = {
    metric: (wanted) => {
      const known = read.metrics.findIndex((each) => JSON.stringify(each) === JSON.stringify(wanted));
      return known >= 0 ? known : read.metrics.push(wanted) - 1;
    },
    configOf: (metric) => ({
      min: null,
      max: null,
      step: null,
      ...existing[read.metrics[metric]!.name],
      type: existing[read.metrics[metric]!.name]?.type ?? read.metrics[metric]!.type,
    }),
    describe: (layout, ignoredColumns) => void (read.described = { layout, ignoredColumns }),
    wallClock: (instant) => {
      const text = new Date(instant).toLocaleString('sv-SE', { timeZone });
      return { date: toWallClock(new Date(instant), timeZone).day, time: text.slice(11) };
    },
    dayOf: (date, time) => toLocalDay(new Date(`${date}T${time}Z`), 'UTC', dayStartsAt),
    reject: (row, reason) => void read.rejected.push({ row, reason }),
    leaveOut: (what, records = 1) => {
      const known = read.leftOut.find((each) => each.what === what);
      if (known) known.records += records;
      else read.leftOut.push({ what, records });
    },
    ask: (question) => {
      const place = read.questions.findIndex(({ id }) => id === question.id);
      if (place < 0) read.questions.push(question);
      else if (question.kind === 'WORD_VALUES') {
        const before = read.questions[place] as typeof question;
        read.questions[place] = { ...question, words: [...new Set([...before.words, ...question.words])] };
      }
    },
    options,
  };
  for await (const batch of format.read(source, reading))
    read.rows.push(...batch.map((row) => ({ name: read.metrics[row.metric]!.name, ...row })));
  return read;
}
