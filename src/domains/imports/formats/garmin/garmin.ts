import type { Format, Reading, Row, Source, SourceFile } from '../../format.ts';
import type { DeviceRecord } from '../device-files/device-record.ts';
import { baseOf, filesOf } from '../device-files/export-files.ts';
import { ExportReader } from '../device-files/export-reader.ts';
import { dayFields, healthFields, readDay, readHealth } from './days.ts';
import { readSleep, readWorkout, sleepFields, workoutFields } from './events.ts';

/**
 * What Garmin gives its customers to take along: JSON in the folder DI_CONNECT, a value for each day, night and activity.
 * Experimental: Garmin does not document it, and what is read here is what several programs agree on. What has no certain unit
 * (distance and energy of an activity) is not read. Zero mostly means that nothing was measured.
 */
export const garmin: Format = {
  id: 'GARMIN',
  label: 'Garmin',
  recognise: async (source) => {
    const files = filesOf(source);
    if (source.isArchive) return files.some((file) => isInside.test(file.name) && kindByName(file) !== null);
    for (const file of files) if (await kindByHead(file)) return true;
    return false;
  },
  read,
};

const expected =
  'Nothing was found that can be read. The export of Garmin has a folder "DI_CONNECT" with files such as UDSFile_….json and …_sleepData.json.';

const isInside = /(?:^|\/)(?:DI_CONNECT|DI-Connect-[A-Z-]+)\//i;

type Kind = {
  label: string;
  name: RegExp;
  /** Keys that tell a file that came alone. */
  signs: readonly string[];
  /** Where the records stand. */
  place: readonly string[];
  fields: readonly string[];
  read: (reader: ExportReader, record: DeviceRecord) => Row[];
};

const kinds: readonly Kind[] = [
  {
    label: 'Days',
    name: /^UDSFile.*\.json$/i,
    signs: ['calendarDate', 'totalSteps'],
    place: ['*'],
    fields: dayFields,
    read: readDay,
  },
  {
    label: 'Sleep',
    name: /sleepData.*\.json$/i,
    signs: ['calendarDate', 'sleepEndTimestampGMT'],
    place: ['*'],
    fields: sleepFields,
    read: readSleep,
  },
  {
    label: 'Health status',
    name: /healthStatusData.*\.json$/i,
    signs: ['calendarDate', 'metrics', 'baselineUpperLimit'],
    place: ['*'],
    fields: healthFields,
    read: readHealth,
  },
  {
    label: 'Activities',
    name: /summarizedActivities.*\.json$/i,
    signs: ['summarizedActivitiesExport', 'activityId'],
    place: ['*', 'summarizedActivitiesExport', '*'],
    fields: workoutFields,
    read: readWorkout,
  },
];

const kindByName = (file: SourceFile): Kind | null => kinds.find(({ name }) => name.test(baseOf(file.name))) ?? null;

async function kindByHead(file: SourceFile): Promise<Kind | null> {
  const head = await file.head();
  // A list of objects: not the document of another program that has such a key deep within.
  if (!/^[\ufeff\s]*\[\s*\{/.test(head)) return null;
  return kinds.find(({ signs }) => signs.every((sign) => new RegExp(`"${sign}"\\s*:`).test(head))) ?? null;
}

async function* read(source: Source, reading: Reading): AsyncGenerator<readonly Row[]> {
  const reader = new ExportReader(source, reading);
  let others = 0;
  for (const file of filesOf(source)) {
    const kind = source.isArchive ? kindByName(file) : await kindByHead(file);
    if (!kind) others++;
    else yield* reader.list(file, kind.label, kind, (record) => kind.read(reader, record));
  }
  // Their names hold the name of the person.
  if (others > 0) reading.leaveOut('Other files of the export, which Lifegraph does not read', others);
  yield* reader.end(expected);
}
