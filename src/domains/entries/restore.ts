import type { ChangeTransaction } from '../../changes/write-changes.ts';
import { defineRestorer } from '../../kernel/define-domain.ts';
import { ConflictError } from '../../kernel/errors.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { markOf, readDefinitions, type Definitions } from '../metrics/definitions.ts';
import { insertChecked } from './entries.ts';
import type { Entry } from './entry.ts';
import { deleteEntry, updateEntry } from './statements.ts';

/** How an entry is brought back to what it was. Its version goes on rising: nobody takes an old state for the new one. */
export const entryRestorer = defineRestorer<ChangeTransaction, Entry>({
  entityType: 'Entry',
  fields: { date: 'date', time: 'time', number: 'value', text: 'value', notes: 'notes', tags: 'tags' },
  owner: { entityType: 'Metric', field: 'metricId' },
  create: async (tx, viewer, states) => {
    await requireGone(tx, viewer, states);
    const entries = states.map(({ updatedAt: _, ...state }) => ({ ...state, version: state.version + 1 }));
    await insertChecked(tx, entries, await requireMetrics(tx, viewer, states));
  },
  update: async (tx, viewer, current, fields) => {
    const definitions = await requireMetrics(tx, viewer, [current]);
    await tx.write(updateEntry, [markOf(definitions), JSON.stringify({ ...current, ...fields })]);
  },
  remove: async (tx, _, { id }) => void (await tx.write(deleteEntry, [id, null])),
});

/** An id may have been used again meanwhile, for an entry of another metric. */
async function requireGone(tx: ChangeTransaction, { userId }: Viewer, states: readonly Entry[]): Promise<void> {
  const [again] = await tx.query(
    'SELECT 1 AS one FROM entries WHERE user_id = $1::uuid AND id = ANY($2::uuid[]) LIMIT 1',
    [userId, states.map(({ id }) => id)],
  );
  if (again) throw new ConflictError('There is an entry with this id again.', null);
}

async function requireMetrics(tx: ChangeTransaction, viewer: Viewer, states: readonly Entry[]): Promise<Definitions> {
  const ids = [...new Set(states.map((state) => state.metricId))];
  const definitions = await readDefinitions(viewer, ids, tx);
  if (definitions.size === ids.length) return definitions;
  throw new ConflictError('The metric of this entry has been deleted. Undo that first.', null);
}
