import type { ChangeTransaction } from '../../changes/write-changes.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import type { Entry } from '../entries/entry.ts';
import { updateEntry } from '../entries/statements.ts';
import { markOf, readDefinitions } from '../metrics/definitions.ts';
import { readStagedEntries, type StagingKey } from './staging.ts';

/** What an import may say anew about an entry that an earlier one has brought. */
const contentKeys = ['date', 'time', 'number', 'text', 'notes', 'tags'] as const;
type Content = Pick<Entry, (typeof contentKeys)[number]>;

/** Writes the new values of entries that an earlier import has brought and nobody has changed since. */
export async function writeChanged(tx: ChangeTransaction, viewer: Viewer, key: StagingKey): Promise<void> {
  for await (const page of readStagedEntries<Content>(tx, key, { status: 'CHANGED' })) {
    const wanted = new Map(page.map(({ itemId, payload }) => [itemId, payload]));
    await rewrite(tx, viewer, wanted);
    await tx.query(
      `UPDATE entries SET import_version = version, changed_by_import = $2::uuid WHERE user_id = $1::uuid AND id = ANY($3::uuid[])`,
      [key.userId, key.importId, [...wanted.keys()]],
    );
  }
}

/** Brings back what entries were before an import changed them, as far as nobody has changed them since. */
export async function restoreChanged(tx: ChangeTransaction, viewer: Viewer, importId: string): Promise<void> {
  for (;;) {
    const before = await tx.query<{ id: string; state: Content }>(previousText, [viewer.userId, importId, batch]);
    if (before.length === 0) return;
    await rewrite(tx, viewer, new Map(before.map(({ id, state }) => [id, state])));
    await tx.query(
      `UPDATE entries SET import_version = version, changed_by_import = NULL WHERE user_id = $1::uuid AND id = ANY($2::uuid[])`,
      [viewer.userId, before.map(({ id }) => id)],
    );
  }
}

/** Entries of one statement. */
const batch = 500;

/** The state before the newest: the newest is the one that the import has written. */
const previousText = `
  SELECT e.id, past.snapshot AS state FROM entries e CROSS JOIN LATERAL (
    SELECT c.snapshot FROM change_log c
    WHERE c.user_id = e.user_id AND c.entity_type = 'Entry' AND c.entity_id = e.id AND c.kind <> 'DELETED'
    ORDER BY c.seq DESC OFFSET 1 LIMIT 1) past
  WHERE e.user_id = $1::uuid AND e.changed_by_import = $2::uuid AND e.version = e.import_version
  ORDER BY e.id LIMIT $3::int`;

async function rewrite(tx: ChangeTransaction, viewer: Viewer, wanted: ReadonlyMap<string, Content>): Promise<void> {
  const rows = await tx.query<{ entry: Entry }>(
    'SELECT entry_snapshot(e) AS entry FROM entries e WHERE user_id = $1::uuid AND id = ANY($2::uuid[])',
    [viewer.userId, [...wanted.keys()]],
  );
  const metricIds = [...new Set(rows.map(({ entry }) => entry.metricId))];
  const mark = markOf(await readDefinitions(viewer, metricIds, tx));
  for (const { entry } of rows) {
    const next = { ...entry, ...pickContent(wanted.get(entry.id)!) };
    await tx.write(updateEntry, [mark, JSON.stringify(next)]);
  }
}

const pickContent = (from: Content): Partial<Content> =>
  Object.fromEntries(contentKeys.map((each) => [each, from[each]]));
