import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyEntity, EntityKey, EntityTable } from '../../../clients/typescript/src/entities.ts';
import { nextQueue, type Commit } from '../../../clients/typescript/src/local-store.ts';
import { MemoryStore } from '../../../clients/typescript/src/memory-store.ts';
import { toOperation, type Operation, type OperationAction } from '../../../clients/typescript/src/operations.ts';
import { overlay, read } from '../../../clients/typescript/src/overlay.ts';
import { View } from '../../../clients/typescript/src/view.ts';
import { actions, keys, metricIds, states, toEntities } from './arbitraries.ts';

type Loose = Record<string, unknown>;

/** The same rules, said as plainly as can be: a list of everything, operation by operation. */
function expectedState(entities: readonly AnyEntity[], operations: readonly Operation[]): Map<string, Loose> {
  const all = new Map(entities.map((entity) => [entity.id, entity as unknown as Loose]));
  const deletedMetrics = new Set<unknown>();
  for (const { action } of operations) {
    const [name, input] = Object.entries(action)[0]! as [string, Loose];
    const id = input['id'] as string;
    const current = all.get(id);
    if (name === 'createEntry') {
      if (!current && !deletedMetrics.has(input['metricId'])) all.set(id, { version: 1, ...input });
      continue;
    }
    if (!current) continue;
    if (input['expectedVersion'] !== undefined && input['expectedVersion'] !== current['version']) continue;
    if (name.startsWith('update')) {
      all.set(id, { ...current, ...(input['input'] as Loose), version: (current['version'] as number) + 1 });
      continue;
    }
    all.delete(id);
    if (name !== 'deleteMetric') continue;
    deletedMetrics.add(id);
    for (const [key, entity] of all) if (entity['metricId'] === id) all.delete(key);
  }
  return all;
}

const toOperations = (given: readonly { target: EntityKey; action: OperationAction }[]): Operation[] =>
  given.map(({ target, action }) => toOperation(target, action));
const toTable = (entities: readonly AnyEntity[]): EntityTable =>
  new Map([
    ['Metric', new Map(entities.filter(({ id }) => metricIds.includes(id)).map((each) => [each.id, each]))],
    ['Entry', new Map(entities.filter(({ id }) => !metricIds.includes(id)).map((each) => [each.id, each]))],
  ]);

describe('the overlay', () => {
  it('is what the operations make of the confirmed state, one by one', () => {
    fc.assert(
      fc.property(states, fc.array(actions, { maxLength: 12 }), (state, given) => {
        const [entities, operations] = [toEntities(state), toOperations(given)];
        const confirmed = toTable(entities);
        const laid = overlay(
          confirmed,
          operations.map((operation) => ({ operation, appliedSeq: null })),
        );
        const expected = expectedState(entities, operations);
        const shown = keys.flatMap((key) => read(confirmed, laid, key) ?? []);
        expect(shown.map(({ id }) => id).sort()).toEqual([...expected.keys()].sort());
        for (const entity of shown) expect(entity).toMatchObject(expected.get(entity.id)!);
      }),
      { numRuns: 500 },
    );
  });

  it('touches nothing that no operation is about', () => {
    const entities = toEntities({ metrics: [true, true, true], entries: [0, 1, 2, 0, 1] });
    expect(overlay(toTable(entities), []).size).toBe(0);
  });
});

/** A commit, made from what a store and its queue are like by then. */
const steps = fc.oneof(
  fc.record({ kind: fc.constant('say' as const), said: fc.array(actions, { minLength: 1, maxLength: 3 }) }),
  fc.record({ kind: fc.constant('hear' as const), state: states, isWhole: fc.boolean() }),
  fc.record({ kind: fc.constant('settle' as const), count: fc.nat(3) }),
);

describe('a view', () => {
  it('says what vanishes when an operation below another is taken away', async () => {
    const view = new View();
    const entities = toEntities({ metrics: [true, false, false], entries: [0, null, null, null, null] });
    const target = { type: 'Metric' as const, id: 'metric-1' };
    const [rename, remove] = toOperations([
      { target, action: { updateMetric: { id: 'metric-1', input: { name: 'renamed' } } } },
      { target, action: { deleteMetric: { id: 'metric-1', expectedVersion: 1 } } },
    ]);
    const confirmed = keys.flatMap((key) =>
      entities.filter(({ id }) => id === key.id).map((entity) => ({ ...key, entity })),
    );
    view.load({ revision: 0, seq: 1, at: null, entities: confirmed, queue: [] });
    view.apply({ enqueued: [rename!, remove!] });
    expect(view.get('Entry', 'entry-1')).not.toBeNull();
    const changes = view.apply({ settled: [rename!.id] });
    expect(changes.map(({ id, after }) => [id, after])).toEqual([
      ['metric-1', null],
      ['entry-1', null],
    ]);
  });

  it('that follows commit by commit is the view of the store, and says every difference once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 15 }), async (given) => {
        const store = new MemoryStore();
        const identity = { userId: 'person', selection: 1 };
        const view = new View();
        const mirror = new Map<string, AnyEntity>();
        view.load(await store.open(identity));
        for (const step of given) {
          const commit = toCommit(step, view);
          expect(view.queue.length + (commit.enqueued?.length ?? 0)).toBeGreaterThanOrEqual(
            nextQueue(view.queue, commit).length,
          );
          await store.commit(commit);
          for (const { id, before, after } of view.apply(commit)) {
            expect(mirror.get(id) ?? null).toEqual(before);
            if (after) mirror.set(id, after);
            else mirror.delete(id);
          }
          const anew = new View();
          anew.load(await store.open(identity));
          for (const type of ['Metric', 'Entry'] as const) expect(view.list(type)).toEqual(anew.list(type));
          expect([...view.list('Metric'), ...view.list('Entry')]).toHaveLength(mirror.size);
          for (const { type, id } of keys) expect(mirror.get(id) ?? null).toEqual(view.get(type, id));
        }
      }),
      { numRuns: 200 },
    );
  });
});

function toCommit(step: typeof steps extends fc.Arbitrary<infer Step> ? Step : never, view: View): Commit {
  if (step.kind === 'say') return { enqueued: toOperations(step.said) };
  if (step.kind === 'settle') return { settled: view.queue.slice(0, step.count).map(({ operation }) => operation.id) };
  const present = new Map(toEntities(step.state).map((entity) => [entity.id, entity]));
  const entities = keys.map((key) => ({ ...key, entity: present.get(key.id) ?? null }));
  const seq = (view.seq ?? 0) + 1;
  return { received: { after: view.seq, seq, at: null, entities, isWhole: step.isWhole } };
}
