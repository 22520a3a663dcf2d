import type { Format, Reading, Row, Source } from '../../format.ts';
import { ExportReader } from '../device-files/export-reader.ts';
import { describeLone, hasContent, listFiles, withoutTwins, type TakeoutFile } from './files.ts';
import { readSamples, samples } from './samples.ts';
import { readScores, Sleeps } from './sleeps.ts';
import { disputed, readTwin, timesOf, twins } from './twins.ts';

/**
 * What Google Takeout writes of a Fitbit or of Google Health: tables of single measurements in UTC with the device that made
 * them, and older files in JSON that repeat them without a time zone. Google describes neither; columns are as real exports have them,
 * and are found by their names. Of a kind the tables are read where there are any, the JSON otherwise.
 */
export const googleTakeout: Format = {
  id: 'GOOGLE_TAKEOUT',
  label: 'Google Takeout (Fitbit, Google Health)',
  recognise: async (source) => (await find(source)).some(isKnown),
  read,
};

const expected =
  'Nothing was found that can be read. The archive of Google Takeout has a folder "Google Health" or "Fitbit" with steps, heart rate, weight or sleep in it.';

const find = async (source: Source): Promise<TakeoutFile[]> =>
  source.isArchive ? listFiles(source) : Promise.all(source.files.map(describeLone));

const sleepTables = new Set(['usersleeps', 'usersleepstages', 'sleep_score']);

const isKnown = ({ kind, isTable }: TakeoutFile): boolean =>
  isTable ? Object.hasOwn(samples, kind) || sleepTables.has(kind) : Object.hasOwn(twins, kind);

async function* read(source: Source, reading: Reading): AsyncGenerator<readonly Row[]> {
  const reader = new ExportReader(source, reading);
  const all = await find(source);
  leaveOutUnknown(all, reading);
  const { files, left } = await withoutTwins(all.filter(isKnown));
  if (left > 0)
    reading.leaveOut('Files that stand in the folder "Google Health" and in "Fitbit", the second time', left);
  const tables = files.filter(({ isTable }) => isTable);
  for (const { file, kind } of tables) if (samples[kind]) yield* readSamples(reader, file, samples[kind]);
  yield* readSleeps(reader, tables);
  yield* readTwins(reader, files);
  yield* reader.end(expected);
}

async function* readSleeps(reader: ExportReader, tables: readonly TakeoutFile[]): AsyncGenerator<Row[]> {
  const sleeps = new Sleeps(reader);
  const ofKind = (wanted: string) => tables.filter(({ kind }) => kind === wanted);
  for (const { file } of ofKind('usersleeps')) yield* sleeps.readSleeps(file);
  for (const { file } of ofKind('usersleepstages')) yield* sleeps.readStages(file);
  yield* sleeps.rows();
  for (const { file } of ofKind('sleep_score')) yield* readScores(reader, file);
}

async function* readTwins(reader: ExportReader, files: readonly TakeoutFile[]): AsyncGenerator<Row[]> {
  const { reading } = reader;
  for (const [kind, twin] of Object.entries(twins)) {
    const own = files.filter((each) => each.kind === kind && !each.isTable);
    if (own.length === 0) continue;
    const isRepeated = await hasAny(files.filter((each) => each.kind === twin.table && each.isTable));
    if (isRepeated) reading.leaveOut(`${twin.label} in JSON, which the tables of the export repeat`, own.length);
    else if (disputed.has(kind) && timesOf(reading) === null)
      reader.leaveOut(`${twin.label} in JSON: ${noZone}`, own.length);
    else for (const { file } of own) yield* readTwin(reader, file, twin);
  }
}

const noZone = 'it does not say in which time zone. With the option "jsonTimes" as UTC or LOCAL it is read';

async function hasAny(files: readonly TakeoutFile[]): Promise<boolean> {
  for (const { file } of files) if (await hasContent(file)) return true;
  return false;
}

/** Kinds that are named; the rest is counted. */
const kindsNamed = 100;
const nameMax = 60;

/** Files that are not read are not opened either: UserActivityProbabilities alone, guesses about every minute, is a gigabyte. */
function leaveOutUnknown(files: readonly TakeoutFile[], reading: Reading): void {
  const counts = new Map<string, number>();
  for (const { kind } of files.filter((file) => !isKnown(file))) {
    const name = counts.size < kindsNamed || counts.has(kind) ? kind.slice(0, nameMax) : 'others';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  for (const [name, count] of counts)
    reading.leaveOut(`Files of the kind "${name}", which Lifegraph does not read`, count);
}
