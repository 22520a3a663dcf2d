import type { Metric } from '../../../generated/prisma/client.ts';
import type { ChangeTransaction } from '../../changes/write-changes.ts';
import { defineRestorer } from '../../kernel/define-domain.ts';
import { ConflictError } from '../../kernel/errors.ts';
import { insertMetric, removeMetric, storeUpdate } from './metrics.ts';

/** A metric as the log holds it: without its owner, instants as text. */
type State = Omit<Metric, 'userId'>;

/** How a metric is brought back to what it was. Its version goes on rising: nobody takes an old state for the new one. */
export const metricRestorer = defineRestorer<ChangeTransaction, State>({
  entityType: 'Metric',
  fields: {
    name: 'name',
    category: 'category',
    unit: 'unit',
    min: 'min',
    max: 'max',
    step: 'step',
    aggregation: 'aggregation',
    desired: 'desired',
    isActionable: 'isActionable',
    sources: 'sources',
    isActive: 'isActive',
  },
  create: async (tx, viewer, states) => {
    for (const { updatedAt: _, createdAt, ...state } of states) {
      await insertMetric(tx, viewer, { ...state, version: state.version + 1, createdAt: new Date(createdAt) });
    }
  },
  update: async (tx, { userId }, current, fields) => {
    const { min, max } = { ...current, ...fields };
    if (min !== null && max !== null && min > max) {
      throw new ConflictError('min would be greater than max: they have been changed since.', current, ['min', 'max']);
    }
    await storeUpdate(tx, { userId, id: current.id }, fields);
  },
  remove: async (tx, viewer, { id }) => {
    // Its entries would go along, and with them more than the change that is undone.
    const where = { userId: viewer.userId, metricId: id };
    const entry = await tx.prisma.entry.findFirst({ where, select: { id: true } });
    if (entry) throw new ConflictError('The metric has entries by now. Delete it instead.', null);
    await removeMetric(tx, viewer, id);
  },
});
