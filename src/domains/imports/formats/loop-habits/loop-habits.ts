import { BrokenFileError } from '../../broken-file.ts';
import type { Format, Reading, Row, Source, SourceFile } from '../../format.ts';
import { NamedMetrics } from '../diaries/named-metrics.ts';
import { hasColumns, withoutMark } from '../diaries/records.ts';
import { habitColumns, readHabits, type Habit } from './habits.ts';
import { Checkmarks, looksNumerical } from './checkmarks.ts';

/**
 * What Loop Habit Tracker exports as CSV: an archive with the list of habits and a folder for each. The files beside the list
 * (Checkmarks.csv, Scores.csv) say the same of all habits at once, and do not quote their names: they are not read.
 */
export const loopHabits: Format = {
  id: 'LOOP_HABITS',
  label: 'Loop Habit Tracker',
  recognise: async (source) => {
    const { list, folders } = findParts(source);
    if (list) return hasColumns(list, habitColumns);
    const [first] = folders.values();
    return first !== undefined && /^(date,value|\d{4}-\d\d-\d\d,)/i.test(withoutMark(await first.file.head()));
  },
  read,
};

type Folder = { file: SourceFile; name: string };
type Parts = { list: SourceFile | null; folders: Map<number, Folder>; scores: number; repeated: number };

async function* read(source: Source, reading: Reading): AsyncGenerator<Row[]> {
  const { list, folders, scores, repeated } = findParts(source);
  if (folders.size === 0) throw new BrokenFileError(noHabits);
  const { habits, lines } = list ? await readHabits(list, reading) : { habits: new Map<number, Habit>(), lines: 0 };
  const metrics = new NamedMetrics(reading);
  // Rows are counted on from the list of habits over the folders, in the order of the habits.
  let offset = lines;
  for (const [position, folder] of [...folders].toSorted(([a], [b]) => a - b)) {
    const habit = habits.get(position) ?? toUnlisted(folder.name);
    const isNumerical = habit.isNumerical ?? looksNumerical(withoutMark(await folder.file.head()));
    const checkmarks = new Checkmarks({ position, habit, isNumerical, offset }, metrics, reading);
    yield* checkmarks.read(folder.file);
    offset += checkmarks.lines;
  }
  if (scores > 0) reading.leaveOut('Files of scores, which Loop works out from the habits', scores);
  if (repeated > 0) reading.leaveOut('Folders with the number of another one', repeated);
  const missing = [...habits.keys()].filter((position) => !folders.has(position)).length;
  if (missing > 0) reading.leaveOut('Habits that have no folder in the archive', missing);
}

const noHabits =
  'There is no habit in the file. An export of Loop Habit Tracker is an archive with a folder for each habit, like "001 Run/Checkmarks.csv".';

/** What the folder is called when the list of habits is missing; letters that are not Latin are missing there. */
const toUnlisted = (name: string): Habit => ({ name, isNumerical: null, unit: null, desired: 'HIGHER' });

const folderShape = /^(\d{3,6})(?: (.*))?$/;

/**
 * The parts of the archive. Folders are found by the number they begin with, for what follows has lost all letters that are not
 * Latin. An archive that was packed again may have a folder around everything.
 */
function findParts({ isArchive, files }: Source): Parts {
  const parts: Parts = { list: null, folders: new Map(), scores: 0, repeated: 0 };
  if (!isArchive) return parts;
  const paths = files.map((file) => ({ file, path: file.name.split('/') }));
  const depth = Math.min(...paths.map(({ path }) => rootDepth(path)));
  for (const { file, path } of paths) {
    const [folder, name] = [path.at(-2) ?? '', path.at(-1)!.toLowerCase()];
    if (path.length === depth + 1 && name === 'habits.csv') parts.list ??= file;
    const [, number, rest] = path.length === depth + 2 ? (folderShape.exec(folder) ?? []) : [];
    if (number && name === 'scores.csv') parts.scores++;
    if (!number || name !== 'checkmarks.csv') continue;
    if (parts.folders.has(Number(number))) parts.repeated++;
    else parts.folders.set(Number(number), { file, name: rest?.trim() ?? '' });
  }
  return parts;
}

/** How many folders are around an export that this file would be part of. */
function rootDepth(path: readonly string[]): number {
  const name = path.at(-1)!.toLowerCase();
  if (name === 'habits.csv') return path.length - 1;
  return name === 'checkmarks.csv' && folderShape.test(path.at(-2) ?? '') ? path.length - 2 : Infinity;
}
