import { effectOf } from './effects.ts';
import { keyOf, type AnyEntity, type EntityKey, type EntityState, type EntityTable, type Entry } from './entities.ts';
import type { Operation, QueuedOperation } from './operations.ts';

/** What the queue makes of the confirmed state: only the entities it touches, by `keyOf`. */
export type Overlay = ReadonlyMap<string, EntityState>;

/**
 * The state as this person shall see it: as the server has confirmed it, with everything on its way already done. Pure.
 * @param queue in the order in which it was made
 */
export function overlay(confirmed: EntityTable, queue: readonly QueuedOperation[]): Overlay {
  const touched = new Map<string, EntityState>();
  for (const { operation } of queue) lay(confirmed, touched, operation);
  return touched;
}

/** Lays one more operation on top. @returns what it has covered, as it was */
export function lay(confirmed: EntityTable, touched: Map<string, EntityState>, operation: Operation): EntityState[] {
  const { target, action } = operation;
  if ('createEntry' in action && isDeleted(touched, action.createEntry.metricId)) return [];
  const before = { ...target, entity: read(confirmed, touched, target) };
  const entity = effectOf(operation, before.entity);
  if (entity === before.entity) return [];
  touched.set(keyOf(target), { ...target, entity });
  if (!('deleteMetric' in action) || entity) return [before];
  const entries = entriesOf(confirmed, touched, target.id);
  for (const state of entries) touched.set(keyOf(state), { ...state, entity: null });
  return [before, ...entries];
}

/** An entity with the overlay on top. */
export function read(confirmed: EntityTable, touched: Overlay, key: EntityKey): AnyEntity | null {
  const laid = touched.get(keyOf(key));
  return laid ? laid.entity : (confirmed.get(key.type)?.get(key.id) ?? null);
}

/** An entry of a metric that this queue has deleted will be refused. */
const isDeleted = (touched: Overlay, metricId: string): boolean =>
  touched.get(keyOf({ type: 'Metric', id: metricId }))?.entity === null;

/** A metric takes its entries along: the confirmed ones and those on their way. */
function entriesOf(confirmed: EntityTable, touched: Overlay, metricId: string): EntityState[] {
  const known = [...(confirmed.get('Entry')?.keys() ?? [])].map((id): EntityKey => ({ type: 'Entry', id }));
  const laid = [...touched.values()].filter(({ type, id }) => type === 'Entry' && !confirmed.get(type)?.has(id));
  return [...known, ...laid]
    .map(({ type, id }) => ({ type, id, entity: read(confirmed, touched, { type, id }) }))
    .filter(({ entity }) => (entity as Entry | null)?.metricId === metricId);
}
