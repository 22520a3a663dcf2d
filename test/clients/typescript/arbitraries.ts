import fc from 'fast-check';
import { effectOf } from '../../../clients/typescript/src/effects.ts';
import type { AnyEntity, EntityKey } from '../../../clients/typescript/src/entities.ts';
import * as operations from '../../../clients/typescript/src/operations.ts';
import type { OperationAction } from '../../../clients/typescript/src/operations.ts';

/** A world so small that operations meet. */
export const metricIds = ['metric-1', 'metric-2', 'metric-3'];
export const entryIds = ['entry-1', 'entry-2', 'entry-3', 'entry-4', 'entry-5'];
export const keys: EntityKey[] = [
  ...metricIds.map((id): EntityKey => ({ type: 'Metric', id })),
  ...entryIds.map((id): EntityKey => ({ type: 'Entry', id })),
];

/** Which metrics exist, and of which metric each entry is; null when it does not exist. */
export const states = fc.record({
  metrics: fc.array(fc.boolean(), { minLength: metricIds.length, maxLength: metricIds.length }),
  entries: fc.array(fc.option(fc.nat(metricIds.length - 1)), {
    minLength: entryIds.length,
    maxLength: entryIds.length,
  }),
});

export const newEntry = (id: string, metricId: string, value = 1) => ({ id, metricId, date: '2026-11-21', value });
const newMetric = (id: string) => ({ id, name: id, type: 'NUMBER' as const });

export function toEntities({ metrics, entries }: { metrics: boolean[]; entries: (number | null)[] }): AnyEntity[] {
  const present = metricIds.filter((_, i) => metrics[i]).map((id) => operations.createMetric(newMetric(id)));
  const ofThem = entries.flatMap((metric, i) =>
    metric === null ? [] : [operations.createEntry(newEntry(entryIds[i]!, metricIds[metric]!))],
  );
  return [...present, ...ofThem].map((operation) => effectOf(operation, null)!);
}

const metricId = fc.constantFrom(...metricIds);
const entryId = fc.constantFrom(...entryIds);
const check = fc.option(fc.record({ expectedVersion: fc.integer({ min: 1, max: 3 }) }), { nil: {} });
const fields = fc.record(
  { notes: fc.constantFrom('x', 'y', null), date: fc.constant('2026-11-20') },
  { requiredKeys: [] },
);

/** What a person may do. */
export const actions: fc.Arbitrary<{ target: EntityKey; action: OperationAction }> = fc.oneof(
  fc.tuple(entryId, metricId, fc.nat(9)).map(([id, metric, value]) => ({
    target: { type: 'Entry' as const, id },
    action: { createEntry: newEntry(id, metric, value) },
  })),
  fc.tuple(entryId, fields, check).map(([id, input, expected]) => ({
    target: { type: 'Entry' as const, id },
    action: { updateEntry: { id, input, ...expected } },
  })),
  fc.tuple(entryId, check).map(([id, expected]) => ({
    target: { type: 'Entry' as const, id },
    action: { deleteEntry: { id, ...expected } },
  })),
  fc.tuple(metricId, check).map(([id, expected]) => ({
    target: { type: 'Metric' as const, id },
    action: { updateMetric: { id, input: { name: 'renamed' }, ...expected } },
  })),
  fc.tuple(metricId, check).map(([id, expected]) => ({
    target: { type: 'Metric' as const, id },
    action: { deleteMetric: { id, ...expected } },
  })),
);
