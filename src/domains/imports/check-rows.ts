import { isDay, isLocalTime } from '../../kernel/civil-time.ts';
import { deriveId } from '../../kernel/ids.ts';
import { prisma } from '../../platform/database/database.ts';
import { toFullTime } from '../entries/entry.ts';
import { notesShape, tagsShape } from '../entries/input.ts';
import { readMetrics } from '../metrics/metrics.ts';
import { toStoredValue } from '../metrics/rules.ts';
import { BrokenFileError } from './broken-file.ts';
import type { Check, FileFacts } from './check.ts';
import type { FileMetric, Format, Reading, Row, Source } from './format.ts';
import { importLimits } from './input.ts';
import { LocalClock } from './local-clock.ts';
import { Matching, type Target } from './match-metrics.ts';
import { Questions } from './questions.ts';
import type { StagedEntry } from './staged-entry.ts';

/** Characters of what a file calls a device. */
const deviceMax = 60;

/** Checks the export of a program: rows come with metrics whose types are known, so each is checked as it comes. */
export async function checkRows(check: Check, format: Format, source: Source): Promise<FileFacts> {
  const work = await openWork(check, format);
  for await (const rows of format.read(source, work.reading)) {
    for (const row of rows) await stage(check, work, row);
    await check.progress(readingShare);
  }
  await check.staging.flush();
  for (const metric of work.matching.planned)
    await check.staging.add({ row: 0, kind: 'METRIC', itemId: metric.id, payload: metric });
  await check.staging.flush();
  return { ...work.described, leftOut: work.leftOut, questions: work.questions.all };
}

/** The part of the check in which the file is read. */
const readingShare = 0.8;

type Work = {
  reading: Reading;
  matching: Matching;
  targets: Target[];
  questions: Questions;
  leftOut: Map<string, number>;
  described: Pick<FileFacts, 'layout' | 'ignoredColumns'>;
  /** What the entries say they come from; null when it is no program. */
  source: string | null;
};

async function openWork({ viewer, rejections, options }: Check, format: Format): Promise<Work> {
  const user = await prisma().user.findUniqueOrThrow({ where: { id: viewer.userId } });
  const clock = new LocalClock(user.timeZone, user.dayStartsAt);
  const matching = new Matching(viewer, await readMetrics(viewer));
  const targets: Target[] = [];
  const questions = new Questions();
  const leftOut = new Map<string, number>();
  const described: Work['described'] = { layout: 'ROWS', ignoredColumns: [] };
  const reading: Reading = {
    metric: openMetrics(matching, targets),
    configOf: (metric) => targets[metric]!.config,
    describe: (layout, ignoredColumns) => void Object.assign(described, { layout, ignoredColumns }),
    wallClock: clock.wallClock,
    dayOf: clock.dayOf,
    reject: rejections.add,
    leaveOut: (what, records = 1) => void leftOut.set(what, (leftOut.get(what) ?? 0) + records),
    ask: (question) => questions.ask(question),
    options,
  };
  const source = format.isOwn ? null : format.id.toLowerCase().replaceAll('_', '-');
  return { reading, matching, targets, questions, leftOut, described, source };
}

/** Numbers the metrics of a file: the same name, unit and type have the same number. */
function openMetrics(matching: Matching, targets: Target[]): Reading['metric'] {
  const numbers = new Map<string, number>();
  return (wanted: FileMetric) => {
    const { name, unit, type, label = name, says = 'MEANING' } = wanted;
    const key = JSON.stringify([name.toLowerCase(), unit?.toLowerCase() ?? null, type, label.toLowerCase(), says]);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    if (targets.length >= importLimits.metrics)
      throw new BrokenFileError(`A file names at most ${importLimits.metrics} metrics.`);
    numbers.set(key, targets.length);
    return targets.push(matching.match({ ...wanted, label, says })) - 1;
  };
}

async function stage({ viewer, staging, rejections }: Check, work: Work, row: Row): Promise<void> {
  const target = work.targets[row.metric]!;
  const entry = toEntry(target, row, work.source);
  if (typeof entry === 'string') return rejections.add(row.row, entry);
  const { userId } = viewer;
  const { time, number, text, source, payload } = entry;
  // What comes from no program is the same entry in whichever file it stands.
  const content = [time ?? '', String(number), text ?? '', ...(source === null ? [] : [String(payload?.raw ?? '')])];
  const own = row.key == null ? [entry.date, ...content] : row.key === 'day' ? [entry.date, 'day'] : [row.key];
  const itemId = deriveId('entry', userId, target.id, ...(source === null ? [] : [source]), ...own);
  await staging.add({ row: row.row, kind: 'ENTRY', itemId, entry, question: row.question ?? undefined });
}

/** Most rows have neither: they need no look. */
const none = { success: true, data: '' } as const;
const noTags = { success: true, data: [] as string[] } as const;

function toEntry({ id, config }: Target, row: Row, source: string | null): StagedEntry | string {
  const { date, time, key, question, records = 1 } = row;
  if (!isDay(date)) return 'The day does not exist, or is not between 1900 and 2200.';
  if (time !== null && !isLocalTime(time)) return 'The time does not exist.';
  const notes = row.notes ? notesShape.safeParse(row.notes) : none;
  if (!notes.success) return notes.error.issues[0]!.message;
  const tags = row.tags?.length ? tagsShape.safeParse(row.tags) : noTags;
  if (!tags.success) return tags.error.issues[0]!.message;
  const stored = question ? { number: null, text: null } : toStoredValue(config, row.value);
  if (typeof stored === 'string') return stored;
  return {
    metricId: id,
    date,
    time: toFullTime(time),
    ...stored,
    notes: notes.data || null,
    tags: tags.data,
    source: source && row.device ? `${source}: ${row.device.slice(0, deviceMax)}` : source,
    records,
    isKeyed: key != null,
    ...(question ? { payload: { raw: row.value } } : {}),
  };
}
