import type { Format, Reading, Row, Source, SourceFile } from '../../format.ts';
import { textOf, type DeviceRecord } from '../device-files/device-record.ts';
import { baseOf, filesOf } from '../device-files/export-files.ts';
import { ExportReader } from '../device-files/export-reader.ts';
import { readStamp } from '../device-files/stamps.ts';
import { readHeartbeat, readSleep, readWorkout, eventFields } from './events.ts';
import { isJson, kindOf, type Kind } from './kinds.ts';

/**
 * What Oura gives its members to take along: tables in the folder "App Data", divided by semicolons, some cells of which are
 * JSON without quotation marks; and the answers of its API in version 2 ({"data": [...]}), which have the same fields. Oura says
 * that fields of both are the same; it does not describe the tables otherwise.
 */
export const oura: Format = {
  id: 'OURA',
  label: 'Oura',
  recognise: async (source) => {
    for (const file of candidates(source)) if (await kindOf(file)) return true;
    return false;
  },
  read,
};

const expected =
  'Nothing was found that can be read. The export of Oura has a folder "App Data" with files such as sleepmodel.csv and dailyactivity.csv.';

const candidates = (source: Source): SourceFile[] =>
  filesOf(source).filter(({ name }) => !source.isArchive || /\.(csv|json)$/i.test(name));

/** Other kinds that are named; the rest goes without a name. */
const kindsNamed = 100;

async function* read(source: Source, reading: Reading): AsyncGenerator<readonly Row[]> {
  const reader = new ExportReader(source, reading);
  let named = 0;
  for (const file of candidates(source)) {
    const kind = await kindOf(file);
    const base = baseOf(file.name).slice(0, 60);
    if (kind) yield* readFile(reader, file, kind);
    else if (await hasLines(file))
      reading.leaveOut(`${++named > kindsNamed ? 'A file' : base}, which Lifegraph does not read`);
  }
  yield* reader.end(expected);
}

const hasLines = async (file: SourceFile): Promise<boolean> => /[\r\n]\S|"data"\s*:\s*\[\s*\{/.test(await file.head());

async function* readFile(reader: ExportReader, file: SourceFile, kind: Kind): AsyncGenerator<Row[]> {
  const fields =
    kind.id === 'day' ? [...dayFields, ...kind.values.flatMap((each) => each.fields)] : eventFields[kind.id];
  const take = (record: DeviceRecord) => readRecord(reader, record, kind);
  if (isJson(await file.head())) yield* reader.list(file, kind.label, { place: ['data', '*'], fields }, take);
  else yield* reader.table(file, kind.label, kind.needed, take);
}

function readRecord(reader: ExportReader, record: DeviceRecord, kind: Kind): Row[] {
  switch (kind.id) {
    case 'sleep':
      return readSleep(reader, record);
    case 'heartRate':
      return readHeartbeat(reader, record);
    case 'workout':
      return readWorkout(reader, record);
    case 'day':
      readDay(reader, record, kind);
      return [];
  }
}

const dayFields = ['day', 'non_wear_time'] as const;

/** Seconds of a day on which nobody wore the ring; a few minutes are lost to its waking up. */
const unworn = 23.5 * 3600;

function readDay(reader: ExportReader, record: DeviceRecord, kind: Kind): void {
  const { reading } = reader;
  const date = readStamp(`${textOf(record, 'day')} 00:00`)?.date;
  if (!date) return reading.reject(record.row, 'The day of this record cannot be read.');
  // Such a day has no steps, and the energy of somebody who lies still: neither is true.
  if (Number(record.get('non_wear_time') ?? 0) >= unworn)
    return reading.leaveOut('Days on which the ring was not worn');
  const moment = { row: record.row, date, time: null, device: 'Oura' };
  reader.addDay(
    moment,
    kind.values.map(({ metric, value }) => [metric, value(record)] as const),
  );
}
