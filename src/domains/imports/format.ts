import type { MetricType, Aggregation, DesiredDirection } from '../metrics/input.ts';
import type { MetricConfig } from '../metrics/rules.ts';
import type { ImportFormat } from './input.ts';

/** One file of an upload: the upload itself, or a member of an archive. */
export type SourceFile = {
  /** Its path in the archive, parts divided by "/"; what the client calls it when it came alone, or "". */
  name: string;
  /** How it begins, up to 64 KB as text; what is no UTF-8 reads as U+FFFD. */
  head: () => Promise<string>;
  /** All of it as text, as it is read. May be called again. @throws BrokenFileError when it is no text, or too long */
  text: () => AsyncIterable<string>;
};

/** What somebody has uploaded. */
export type Source = {
  /** Whether the files come out of an archive. */
  isArchive: boolean;
  files: readonly SourceFile[];
};

/** How one program writes what its users take along. Adding a program is a file of these, and a line in formats.ts. */
export type Format = {
  id: ImportFormat;
  /** What people call it: Apple Health. */
  label: string;
  /**
   * Whether it is no program's but the person's own: its entries say of no program that they come from it, and the same value of the
   * same metric at the same time is the same entry in whichever file it stands.
   */
  isOwn?: true;
  /** Refuses what the person says beforehand when it means nothing. @throws BrokenFileError */
  checkOptions?: (options: unknown) => void;
  /** Whether an upload looks like this, by the names of its files and how they begin. */
  recognise: (source: Source) => Promise<boolean>;
  /**
   * Reads everything, in batches that are small enough to be held. Rows that cannot be taken over are refused with
   * `reading.reject`, and the reading goes on. @throws BrokenFileError when nothing can be made of the file
   */
  read: (source: Source, reading: Reading) => AsyncIterable<readonly Row[]>;
};

/** A metric that a file speaks of. One of the person's with this name (and no other unit) takes its values. */
export type FileMetric = {
  name: string;
  type: MetricType;
  unit: string | null;
  /** The whole of what the file calls it, if that is more than the name: a metric that is called just that comes first. */
  label?: string;
  /** How much of its type the file says: nothing, that it is so, or (unless this is given) that its values mean nothing in a metric of another kind. */
  says?: 'NOTHING' | 'TYPE' | 'MEANING';
  category?: string;
  aggregation?: Aggregation;
  min?: number;
  max?: number;
  step?: number;
  desired?: DesiredDirection;
  isActionable?: boolean;
};

/** One entry as a file has it. */
export type Row = {
  /** Its place, as the report names it: the line of a CSV as a spreadsheet counts, else the record, from 1. */
  row: number;
  /** The number that `reading.metric` gave. */
  metric: number;
  /** The civil day it counts to: 2026-11-21. */
  date: string;
  /** The wall clock: 07:30:00; null for what belongs to the day as a whole. */
  time: string | null;
  /** As the metric takes it: seconds for a duration. With a question: the word or number that the answer explains. */
  value: number | boolean | string;
  notes?: string | null;
  tags?: readonly string[];
  /** The device or app behind it, when the file names one: Apple Watch. Devices of one metric never add up. */
  device?: string | null;
  /**
   * What it is within its metric and device, whatever its value: the id it has where it comes from, or "day" for the one value of
   * a day. A newer export may then bring another value for it. Null: its content, and two of the same are two entries.
   */
  key?: string | null;
  /** The question on whose answer the value depends. */
  question?: string | null;
  /** Records of the file that it stands for, when it sums up many; 1 otherwise. */
  records?: number;
};

/** What only the person can say. */
export type Question = {
  /** Unique in the file: "mood". */
  id: string;
  /** A plain sentence that asks. */
  message: string;
} & (
  | {
      /** What number each word stands for. The answer: an object of numbers by word. */
      kind: 'WORD_VALUES';
      words: readonly string[];
      /** What is likely, for the words that are known. */
      suggestion: Readonly<Record<string, number>>;
    }
  | {
      /** In which unit a number is written. The answer: one of the choices. */
      kind: 'UNIT';
      /** What a value is multiplied by, by choice. */
      choices: Readonly<Record<string, number>>;
      suggestion: string | null;
    }
  | {
      /**
       * How the file as a whole is to be read: where the day stands in a date, what decimals begin with. The answer: one of the choices. The
       * file has been read as the suggestion says; with another answer it is read again, so it has to be sent again. The id is
       * the option that says it beforehand.
       */
      kind: 'DATE_ORDER' | 'DECIMAL_MARK';
      choices: readonly string[];
      suggestion: string;
    }
);

/** What a format reads with. */
export type Reading = {
  /** The number of a metric; the same name, unit and type always give the same one. */
  metric: (wanted: FileMetric) => number;
  /** What the metric of the person that takes the values says about them. @param metric its number */
  configOf: (metric: number) => MetricConfig;
  /**
   * Says how an own file is laid out: in a LONG one the second of two equal lines is an entry of its own (two coffees), in a
   * WIDE one it is a duplicate. @param ignoredColumns columns that mean nothing
   */
  describe: (layout: 'LONG' | 'WIDE', ignoredColumns: readonly string[]) => void;
  /** Day and wall clock of an instant, in the person's time zone. @param instant milliseconds since 1970 */
  wallClock: (instant: number) => { date: string; time: string };
  /** The day a wall-clock time counts to: the one before, while the person's day has not begun yet. */
  dayOf: (date: string, time: string) => string;
  /** Refuses a row for a reason, a plain sentence without any value of the person in it. */
  reject: (row: number, reason: string) => void;
  /** Says what was left out on purpose and is no fault: "Sleep score, which Lifegraph has no metric for". */
  leaveOut: (what: string, records?: number) => void;
  /** Asks the person. The same id asks once; words are gathered. */
  ask: (question: Question) => void;
  /** What the person has said beforehand, by the keys that the format documents. */
  options: Readonly<Record<string, unknown>>;
};
