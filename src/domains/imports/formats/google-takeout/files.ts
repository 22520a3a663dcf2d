import type { Source, SourceFile } from '../../format.ts';
import { baseOf, filesOf } from '../device-files/export-files.ts';

/** A file of the export, by what it holds. */
export type TakeoutFile = {
  file: SourceFile;
  /** "steps", from steps_2026-05-01.csv. */
  kind: string;
  isTable: boolean;
  /** Its path below the folder of the product. */
  path: string;
  /** Whether it stands in the folder of today's name. */
  isNewer: boolean;
};

/** The product was called Fitbit, and is called Google Health since May 2026. */
const folder = /(?:^|\/)(Google Health|Fitbit)\/(.+)$/i;

/** The files of the product in an archive, in the order of their names: those of a kind and of following days follow each other. */
export function listFiles(source: Source): TakeoutFile[] {
  const files = filesOf(source).flatMap((file) => {
    const [, product = '', path] = folder.exec(file.name) ?? [];
    const isNewer = product.toLowerCase() === 'google health';
    return path === undefined ? [] : [{ file, path, isNewer, ...describe(path) }];
  });
  return files
    .filter(({ path }) => /\.(csv|json)$/i.test(path))
    .toSorted((a, b) => compare(a.path, b.path) || Number(b.isNewer) - Number(a.isNewer));
}

/** A file that came alone, whose kind its name or else its header tells. */
export async function describeLone(file: SourceFile): Promise<TakeoutFile> {
  const path = baseOf(file.name);
  const head = await file.head();
  const described = describe(path);
  const [header = ''] = head.replace('\ufeff', '').split(/\r\n|\n|\r/, 1);
  const columns = new Set(
    header
      .toLowerCase()
      .split(',')
      .map((column) => column.trim()),
  );
  const found = signatures.find(({ has }) => has.every((column) => columns.has(column)));
  const isSleeps = /^\s*\[\s*\{/.test(head) && /"logId"\s*:/.test(head) && /"dateOfSleep"\s*:/.test(head);
  if (isSleeps) return { file, path, isNewer: true, kind: 'sleep', isTable: false };
  // A name may be anything, so that it counts only where the header bears it out.
  const isNamed = columns.has('timestamp') && columns.has('beats per minute') && measured.has(described.kind);
  const kind = found?.kind ?? (isNamed ? described.kind : '');
  return { file, path, isNewer: true, kind, isTable: true };
}

/** What holds beats per minute may be either of these, and only the name of the file tells which. */
const measured = new Set(['heart_rate', 'daily_resting_heart_rate']);

const signatures = [
  { kind: 'steps', has: ['timestamp', 'steps'] },
  { kind: 'weight', has: ['timestamp', 'weight grams'] },
  { kind: 'usersleeps', has: ['sleep_id', 'sleep_end', 'minutes_asleep'] },
  { kind: 'sleep_score', has: ['sleep_log_entry_id', 'timestamp', 'overall_score'] },
] as const;

/**
 * Of files that stand in both folders the one of today's name, unless that one is empty: an export may hold the same minutes in
 * both, and they would count twice.
 */
export async function withoutTwins(files: readonly TakeoutFile[]): Promise<{ files: TakeoutFile[]; left: number }> {
  const kept = new Map<string, TakeoutFile>();
  let left = 0;
  for (const each of files) {
    const known = kept.get(each.path.toLowerCase());
    if (known) left++;
    if (!known || !(await hasContent(known.file))) kept.set(each.path.toLowerCase(), each);
  }
  return { files: [...kept.values()], left };
}

/** Whether there is more than a header, an empty list, or the words "no data". */
export async function hasContent(file: SourceFile): Promise<boolean> {
  const head = (await file.head()).replace('\ufeff', '').trim();
  if (/^[[{]/.test(head)) return !/^\[\s*\]/.test(head);
  return /[\r\n]/.test(head) || head.length >= headMax;
}

/** A head as long as this goes on. */
const headMax = 60_000;

function describe(path: string): { kind: string; isTable: boolean } {
  const name = baseOf(path);
  const kind = name.replace(/\.\w+$/, '').replace(/[\s_-]*\d[\d\s_-]*$/, '');
  return { kind: kind.toLowerCase(), isTable: !/\.json$/i.test(name) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
