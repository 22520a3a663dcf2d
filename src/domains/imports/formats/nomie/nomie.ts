import { BrokenFileError } from '../../broken-file.ts';
import type { Format, Reading, Row, Source, SourceFile } from '../../format.ts';
import { findJsonPaths } from '../diaries/json-paths.ts';
import { findTables, readRecords, withoutMark, type Columns, type TableRecord } from '../diaries/records.ts';
import { NomieEvents, toEvent, type NomieEvent } from './events.ts';
import { readNomieJson } from './json.ts';
import { leaveOutPlace, leaveOutScore } from './left-out.ts';
import { toMoment } from './moment.ts';
import { readNote } from './notes.ts';

const needed = ['epoch', 'tracker', 'value'] as const;
/** `epoch` is the end; `start` and `end` are what the app shows. */
const known = ['start', 'end', 'offset', 'note', 'lat', 'lng', 'location', 'score'] as const;
type Column = (typeof needed)[number] | (typeof known)[number];
const columns: Columns<Column> = { needed, known };

/**
 * Nomie 5's exports: CSV, a line for each tracker of an event, and JSON with events in words. Places are left out: what
 * Lifegraph has no use for it should not know. The columns and the parts of the document are as the app writes them; the fields
 * of events and trackers (end, offset, tag, label, uom, math) and h:mm:ss behind a timer are not verified.
 */
export const nomie: Format = {
  id: 'NOMIE',
  label: 'Nomie',
  recognise: async (source) =>
    (await findTables(source, [...needed, 'offset'])).length > 0 || (await findDocument(source)) !== null,
  read: async function* (source, reading) {
    const tables = await findTables(source, needed);
    const document = tables.length === 0 ? await findDocument(source) : null;
    if (document) return yield* readNomieJson(document, reading);
    if (tables.length === 0) throw new BrokenFileError(noNomie);
    const csv = new CsvEvents(reading);
    for await (const batch of readRecords(tables, columns, reading)) yield batch.flatMap((record) => csv.take(record));
  },
};

const noNomie =
  'The file is no export of Nomie: a CSV with the columns "epoch", "tracker" and "value", or JSON with "nomie" and "events".';

/** The one JSON of an upload that is Nomie's. */
async function findDocument({ isArchive, files }: Source): Promise<SourceFile | null> {
  const candidates = isArchive ? files.filter(({ name }) => /\.json$/i.test(name)).slice(0, 20) : files;
  for (const file of candidates) {
    const paths = findJsonPaths(withoutMark(await file.head()), 1);
    if (paths.has('nomie') && (paths.has('events') || paths.has('trackers') || paths.has('boards'))) return file;
  }
  return null;
}

class CsvEvents {
  private readonly reading: Reading;
  private readonly events: NomieEvents;

  constructor(reading: Reading) {
    this.reading = reading;
    this.events = new NomieEvents(reading);
  }

  take({ row, cell }: TableRecord<Column>): Row[] {
    leaveOutPlace([cell('lat'), cell('lng'), cell('location')], this.reading);
    leaveOutScore(cell('score'), this.reading);
    const moment = toMoment(cell('epoch'), cell('offset'), this.reading);
    if (!moment) this.reading.reject(row, 'The epoch is no time.');
    if (!moment) return [];
    const tracker = cell('tracker');
    if (/^[@+]/.test(tracker)) this.reading.leaveOut('Rows of people and contexts, which are tags of the other rows');
    if (/^[@+]/.test(tracker)) return [];
    return this.events.toRows(this.toEvent(row, moment, tracker.replace(/^#/, ''), cell), new Map());
  }

  private toEvent(
    row: number,
    moment: NomieEvent['moment'],
    tracker: string,
    cell: (column: Column) => string,
  ): NomieEvent {
    const text = cell('note');
    if (tracker === '') return { ...toEvent(row, moment, text), tags: [] };
    return { row, moment, text, tags: [{ tracker, value: cell('value') }], note: readNote(text) };
  }
}
