import { tryHotWrite } from '../../changes/hot-write.ts';
import { writeChanges, type ChangeTransaction } from '../../changes/write-changes.ts';
import { ExpectedError, InvalidInputError, NotFoundError, type InputIssue } from '../../kernel/errors.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { validate } from '../../kernel/validate.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { sql, type Sql } from '../../platform/database/database.ts';
import {
  forgetDefinitions,
  markOf,
  readDefinitions,
  recallDefinitions,
  type Definitions,
  type MetricDefinition,
} from '../metrics/definitions.ts';
import { toStoredValue } from '../metrics/rules.ts';
import { contentConflict, versionConflict } from './conflicts.ts';
import { differingFields, toFullTime, type Entry, type EntryContent, type EntryWithMetric } from './entry.ts';
import {
  createEntriesShape,
  createEntryShape,
  updateEntryShape,
  type CreateEntryInput,
  type UpdateEntryInput,
} from './input.ts';
import {
  deleteEntry as deleteStatement,
  insertEntries,
  insertEntry,
  updateEntry as updateStatement,
} from './statements.ts';

type Path = (string | number)[];

/** Creates an entry; the same id and content again returns it unchanged. @throws InvalidInputError, NotFoundError, ConflictError */
export async function createEntry(viewer: Viewer, input: CreateEntryInput): Promise<EntryWithMetric> {
  const given = validate(createEntryShape, input);
  const [entry] = await create(viewer, [given], () => ['input']);
  return entry!;
}

/** Creates up to 1000 entries, all or none. @throws as createEntry does, naming each bad row */
export async function createEntries(viewer: Viewer, input: readonly CreateEntryInput[]): Promise<EntryWithMetric[]> {
  const given = validate(createEntriesShape, input);
  refuseRepeatedIds(given);
  return create(viewer, given, (index) => ['input', index]);
}

/** Changes what is named; a null takes time or notes away. @throws NotFoundError, InvalidInputError, ConflictError */
export async function updateEntry(
  viewer: Viewer,
  id: string,
  input: UpdateEntryInput,
  expectedVersion?: number | null,
): Promise<Entry> {
  const change = validate(updateEntryShape, input);
  const attempt = async (reader: Sql, recall: typeof recallDefinitions) => {
    const current = await requireEntry(viewer, id, reader);
    const definition = (await recall(viewer, [current.metricId])).get(current.metricId);
    if (!definition) throw new NotFoundError('entry');
    const next = applyChange(current, change, definition);
    if (expectedVersion != null && expectedVersion !== current.version) {
      throw versionConflict(current, definition, differingFields(current, next));
    }
    return { metricId: current.metricId, values: [definition.mark, JSON.stringify(next)] };
  };
  // What would be refused here may have been applied before, or was checked against an outdated definition: only the careful
  // way below may refuse.
  const hot = await attemptCheck(() => attempt(sql, recallDefinitions));
  const updated = hot && (await tryHotWrite<Entry>(viewer, updateStatement, hot.values));
  if (updated) return updated[0]!;
  if (hot) forgetDefinitions(viewer, [hot.metricId]);
  return writeChanges(viewer, async (tx) => {
    const { values } = await attempt(tx, (who, ids) => readDefinitions(who, ids, tx));
    return (await tx.write<Entry>(updateStatement, values))![0]!;
  });
}

/**
 * Deletes an entry for real; the log keeps that it was.
 * @throws NotFoundError; ConflictError when it is of another version than the one expected
 */
export async function deleteEntry(viewer: Viewer, id: string, expectedVersion?: number | null): Promise<string> {
  if (!isId(id)) throw new NotFoundError('entry');
  const values = [id, expectedVersion ?? null];
  if (await tryHotWrite(viewer, deleteStatement, values)) return id;
  return writeChanges(viewer, async (tx) => {
    if (await tx.write(deleteStatement, values)) return id;
    const current = await requireEntry(viewer, id, tx);
    const definition = (await readDefinitions(viewer, [current.metricId], tx)).get(current.metricId)!;
    throw versionConflict(current, definition, []);
  });
}

/** An entry, or null when the viewer has none of this id. */
export async function getEntry(viewer: Viewer, id: string, reader: Sql = sql): Promise<Entry | null> {
  return isId(id) ? ((await findEntries(viewer, [id], reader)).get(id) ?? null) : null;
}

/** Writes checked entries within a transaction of another domain; each is as createEntry would have made it. */
export async function insertChecked(
  tx: ChangeTransaction,
  entries: readonly (Partial<Entry> & EntryContent)[],
  definitions: Definitions,
): Promise<void> {
  const written = await tx.write(insertEntries, [markOf(definitions), toRows(entries)]);
  if (!written) throw new Error('a metric changed inside the transaction that holds its log');
}

/** Entries by id; unknown ids are missing. */
async function findEntries(viewer: Viewer, ids: readonly string[], reader: Sql = sql): Promise<Map<string, Entry>> {
  const rows = await reader.query<{ entry: Entry }>(
    'SELECT entry_snapshot(e) AS entry FROM entries e WHERE user_id = $1::uuid AND id = ANY($2::uuid[])',
    [viewer.userId, ids],
  );
  return new Map(rows.map(({ entry }) => [entry.id, entry]));
}

type Given = ReturnType<typeof createEntryShape.parse>;

async function create(
  viewer: Viewer,
  given: readonly Given[],
  pathOf: (index: number) => Path,
): Promise<EntryWithMetric[]> {
  const ids = given.map((entry) => entry.id ?? newId());
  const metricIds = [...new Set(given.map((entry) => entry.metricId))].filter(isId);
  const check = (definitions: Definitions) =>
    given.map((entry, i) => toContent(entry, ids[i]!, definitions, pathOf(i)));

  const recalled = await recallDefinitions(viewer, metricIds);
  // A definition from memory may be outdated either way: only the careful way below may refuse a value.
  const hot = await attemptCheck(() => check(recalled));
  const written = hot && (await insertHot(viewer, hot, recalled));
  if (written) return withMetrics(written, recalled);
  forgetDefinitions(viewer, metricIds);
  return writeChanges(viewer, async (tx) => {
    const definitions = await readDefinitions(viewer, metricIds, tx);
    return insertMissing(tx, viewer, check(definitions), definitions);
  });
}

/** @returns the entries written, or null when a condition failed */
function insertHot(
  viewer: Viewer,
  entries: readonly EntryContent[],
  definitions: Definitions,
): Promise<Entry[] | null> {
  const [entry, ...more] = entries;
  const mark = markOf(definitions);
  if (!entry || more.length > 0) return tryHotWrite(viewer, insertEntries, [mark, toRows(entries)]);
  const { id, metricId, date, time, number, text, notes, tags } = entry;
  return tryHotWrite(viewer, insertEntry, [mark, id, metricId, date, time, number, text, notes, tags]);
}

/** The statement has compared the mark: each metric is what memory says. */
const withMetrics = (entries: readonly Entry[], definitions: Definitions): EntryWithMetric[] =>
  entries.map((entry) => ({ ...entry, metric: definitions.get(entry.metricId)?.metric }));

/** Inserts what is not there yet, and returns all, those that were there already unchanged. */
async function insertMissing(
  tx: ChangeTransaction,
  viewer: Viewer,
  entries: EntryContent[],
  definitions: Definitions,
): Promise<Entry[]> {
  const existing = await findEntries(
    viewer,
    entries.map((entry) => entry.id),
    tx,
  );
  for (const entry of entries) {
    const current = existing.get(entry.id);
    const differing = current ? differingFields(current, entry) : [];
    if (current && differing.length > 0) throw await contentConflict(tx, viewer, current, differing);
  }
  const missing = entries.filter((entry) => !existing.has(entry.id));
  const written =
    missing.length === 0 ? [] : await tx.write<Entry>(insertEntries, [markOf(definitions), toRows(missing)]);
  if (!written) throw new Error('a metric changed inside the transaction that holds its log');
  const byId = new Map([...existing, ...written.map((entry) => [entry.id, entry] as const)]);
  return entries.map((entry) => byId.get(entry.id)!);
}

const toRows = (entries: readonly EntryContent[]): string =>
  JSON.stringify(entries.map((entry, i) => ({ ...entry, rank: i + 1 })));

function toContent(given: Given, id: string, definitions: Definitions, path: Path): EntryContent {
  const definition = definitions.get(given.metricId);
  if (!definition) throw new NotFoundError('metric');
  const stored = toStoredValue(definition.config, given.value);
  if (typeof stored === 'string') throw new InvalidInputError([{ path: [...path, 'value'], message: stored }]);
  const { metricId, date } = given;
  return {
    id,
    metricId,
    date,
    time: toFullTime(given.time),
    ...stored,
    notes: given.notes ?? null,
    tags: given.tags ?? [],
  };
}

type Change = ReturnType<typeof updateEntryShape.parse>;

function applyChange(current: Entry, change: Change, definition: MetricDefinition): Entry {
  const stored =
    change.value == null
      ? { number: current.number, text: current.text }
      : toStoredValue(definition.config, change.value);
  if (typeof stored === 'string') throw new InvalidInputError([{ path: ['input', 'value'], message: stored }]);
  return {
    ...current,
    ...stored,
    date: change.date ?? current.date,
    time: change.time === undefined ? current.time : toFullTime(change.time),
    notes: change.notes === undefined ? current.notes : change.notes,
    tags: change.tags === undefined ? current.tags : (change.tags ?? []),
  };
}

/** Null when the check refuses. */
async function attemptCheck<Result>(check: () => Result | Promise<Result>): Promise<Result | null> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof ExpectedError) return null;
    throw error;
  }
}

async function requireEntry(viewer: Viewer, id: string, reader: Sql): Promise<Entry> {
  const entry = await getEntry(viewer, id, reader);
  if (!entry) throw new NotFoundError('entry');
  return entry;
}

function refuseRepeatedIds(given: readonly Given[]): void {
  const seen = new Set<string>();
  const issues: InputIssue[] = [];
  given.forEach(({ id }, index) => {
    if (id && seen.has(id))
      issues.push({ path: ['input', index, 'id'], message: 'This id stands twice in the batch.' });
    if (id) seen.add(id);
  });
  if (issues.length > 0) throw new InvalidInputError(issues);
}
