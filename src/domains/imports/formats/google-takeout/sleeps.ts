import { BrokenFileError } from '../../broken-file.ts';
import type { Row, SourceFile } from '../../format.ts';
import { knownMetrics } from '../../known-metrics.ts';
import { amountOf, textOf, type DeviceRecord } from '../device-files/device-record.ts';
import type { ExportReader, Moment } from '../device-files/export-reader.ts';
import { atOffset, instantOf, readOffset, readStamp, wallClockOf, type WallClock } from '../device-files/stamps.ts';

/** Sleeps that are held until their stages have come: two hundred years of them. */
const sleepsMax = 100_000;

const stageNames = ['deep', 'light', 'rem'] as const;
type Stage = (typeof stageNames)[number];

type Sleep = Moment & {
  updated: string;
  /** Minutes; NaN is what could not be read. */
  asleep: number | null;
  awake: number | null;
  inBed: number | null;
  /** Seconds. */
  stages: Partial<Record<Stage, number>>;
};

/** Sleeps of the tables UserSleeps and UserSleepStages, which stand apart and belong together by sleep_id. */
export class Sleeps {
  private readonly reader: ExportReader;
  private readonly sleeps = new Map<string, Sleep>();

  constructor(reader: ExportReader) {
    this.reader = reader;
  }

  /** Yields nothing: its rows come when all has been read. */
  readSleeps(file: SourceFile): AsyncGenerator<Row[]> {
    return this.reader.table(file, 'Sleep', sleepColumns, (record) => this.addSleep(record));
  }

  /** The same. To be read when all sleeps have been. */
  readStages(file: SourceFile): AsyncGenerator<Row[]> {
    return this.reader.table(file, 'Stages of sleep', stageColumns, (record) => this.addStage(record));
  }

  /** All sleeps. A night and a nap are entries of their own, and add up. */
  *rows(): Generator<Row[]> {
    for (const { asleep, awake, inBed, stages, updated: _, ...moment } of this.sleeps.values())
      yield this.reader.entries(moment, [
        [knownMetrics.asleep, toSeconds(asleep)],
        [knownMetrics.awake, toSeconds(awake)],
        [knownMetrics.inBed, toSeconds(inBed)],
        [knownMetrics.deepSleep, stages.deep ?? null],
        [knownMetrics.lightSleep, stages.light ?? null],
        [knownMetrics.remSleep, stages.rem ?? null],
      ]);
  }

  private addSleep(record: DeviceRecord): void {
    const { reading } = this.reader;
    const id = textOf(record, 'sleep_id');
    const end = wallClockAt(record, 'sleep_end', 'end_utc_offset', this.reader);
    if (!id || !end) return reading.reject(record.row, 'The id of this sleep or the time of waking up cannot be read.');
    const updated = textOf(record, 'sleep_last_updated') ?? '';
    // The same sleep in two files is one: as it was changed last.
    if (updated < (this.sleeps.get(id)?.updated ?? '')) return;
    if (this.sleeps.size >= sleepsMax) throw new BrokenFileError(`The file has more than ${sleepsMax} sleeps.`);
    this.sleeps.set(id, {
      row: record.row,
      ...end,
      device: this.reader.device(textOf(record, 'data_source'), 'Fitbit'),
      key: id,
      updated,
      asleep: amountOf(record, 'minutes_asleep'),
      awake: amountOf(record, 'minutes_awake'),
      inBed: amountOf(record, 'minutes_in_sleep_period'),
      stages: {},
    });
  }

  private addStage(record: DeviceRecord): void {
    const [id, type, start, end] = stageColumns.map((column) => textOf(record, column));
    const stage = stageNames.find((each) => each === type?.toLowerCase());
    const sleep = this.sleeps.get(id ?? '');
    if (!stage) return;
    if (!sleep) return this.reader.reading.leaveOut('Stages of sleeps that the export does not hold');
    const seconds = secondsBetween(start, end);
    if (seconds === null)
      return this.reader.reading.reject(record.row, 'The times of this stage of sleep cannot be read.');
    if (this.reader.isNew('stage', id!, stage, start!, end!))
      sleep.stages[stage] = (sleep.stages[stage] ?? 0) + seconds;
  }
}

const sleepColumns = ['sleep_id', 'sleep_end', 'minutes_asleep'] as const;
const stageColumns = ['sleep_id', 'sleep_stage_type', 'sleep_stage_start', 'sleep_stage_end'] as const;

const toSeconds = (minutes: number | null): number | null => (minutes === null ? null : minutes * 60);

/** No stage is longer; what is comes from a wrong clock. */
const stageMax = 24 * 3600;

function secondsBetween(start: string | null | undefined, end: string | null | undefined): number | null {
  const [from, to] = [readStamp(start ?? ''), readStamp(end ?? '')];
  const seconds = from && to ? (instantOf(to) - instantOf(from)) / 1000 : -1;
  return seconds >= 0 && seconds <= stageMax ? seconds : null;
}

/** The wall clock of where the person was: the instant, which is UTC if nothing is said, at the offset of the next column. */
function wallClockAt(
  record: DeviceRecord,
  column: string,
  offsetColumn: string,
  { reading }: ExportReader,
): WallClock | null {
  const stamp = readStamp(textOf(record, column) ?? '');
  const offset = readOffset(textOf(record, offsetColumn) ?? '');
  if (!stamp) return null;
  return offset === null
    ? wallClockOf({ ...stamp, offset: stamp.offset ?? 0 }, reading)
    : atOffset(instantOf(stamp), offset);
}

/** Scores of nights. The other columns are in the tables of sleeps, and as the values of a day. */
export const readScores = (reader: ExportReader, file: SourceFile): AsyncGenerator<Row[]> =>
  reader.table(file, 'Sleep score', ['timestamp', 'overall_score'], (record) => readScore(reader, record));

function readScore(reader: ExportReader, record: DeviceRecord): Row[] {
  const stamp = readStamp(textOf(record, 'timestamp') ?? '');
  const key = textOf(record, 'sleep_log_entry_id');
  if (!stamp) reader.reading.reject(record.row, 'The time of this line cannot be read.');
  if (!stamp || !reader.isNew('score', key, instantOf(stamp))) return [];
  const moment = { row: record.row, ...wallClockOf(stamp, reader.reading), device: 'Fitbit', key };
  return reader.entries(moment, [[knownMetrics.sleepScore, amountOf(record, 'overall_score')]]);
}
