import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';
import { applyOperations, operationOf } from '../setup/operations.ts';
import { refusalOf } from '../setup/refusals.ts';

describe('a queue of operations', () => {
  let app: App;
  let client: Client;
  let metricId: string;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());
  beforeEach(async () => {
    client = await Client.register(app.url);
    metricId = (await client.createMetric({ name: 'Mood', type: 'RATING', min: 1, max: 5 })).id;
  });

  const createEntry = (id: string, value: unknown = 3) =>
    operationOf({ createEntry: { id, metricId, date: '2026-11-21', value } });
  const updateEntry = (id: string, input: object, expectedVersion?: number) =>
    operationOf({ updateEntry: { id, input, expectedVersion } });
  const deleteEntry = (id: string, expectedVersion?: number) => operationOf({ deleteEntry: { id, expectedVersion } });

  it('is applied in order, each operation with its number and the entity after it', async () => {
    const [metric, entry] = [newId(), newId()];
    const outcomes = await applyOperations(client, [
      operationOf({ createMetric: { id: metric, name: 'Steps', type: 'NUMBER' } }),
      operationOf({ createEntry: { id: entry, metricId: metric, date: '2026-11-20', value: 10 } }),
      updateEntry(entry, { value: 20 }),
      operationOf({ updateMetric: { id: metric, input: { unit: 'steps' } } }),
      operationOf({ updateProfile: { timeZone: 'Europe/Vienna' } }),
      deleteEntry(entry),
    ]);
    expect(outcomes.map(({ status, seq }) => [status, seq])).toEqual([3, 4, 5, 6, 7, 8].map((n) => ['APPLIED', n]));
    expect(outcomes[2]!.entity).toMatchObject({ __typename: 'Entry', id: entry, value: 20, version: 2 });
    expect(outcomes[3]!.entity).toMatchObject({ __typename: 'Metric', id: metric, unit: 'steps' });
    expect(outcomes[4]!.entity).toMatchObject({ __typename: 'User', id: client.userId, timeZone: 'Europe/Vienna' });
    expect(outcomes[5]!.entity).toBeNull();
    expect(await client.seq()).toBe(8);
  });

  it('applies nothing twice, whatever happened to the entity meanwhile', async () => {
    const [id, other] = [newId(), newId()];
    const queue = [createEntry(id), updateEntry(id, { value: 4 }), createEntry(other), deleteEntry(other)];
    const first = await applyOperations(client, queue);
    await client.updateEntry(id, { value: 1 });
    const again = await applyOperations(client, queue);
    expect(again).toEqual(first.map((outcome) => ({ ...outcome, isRepeat: true })));
    expect(await client.replay(7)).toEqual([]);
    expect((await client.graphql<{ entry: object }>(`{ entry(id: "${id}") { value version } }`)).entry).toEqual({
      value: 1,
      version: 3,
    });
  });

  it('knows an update again that expected the version before, or whose entry is deleted since', async () => {
    const [first, second] = [
      await client.createEntry({ metricId, value: 1 }),
      await client.createEntry({ metricId, value: 1 }),
    ];
    const queue = [updateEntry(first.id, { value: 2 }, 1), updateEntry(second.id, { value: 2 })];
    await applyOperations(client, queue);
    await client.deleteEntry(second.id);
    const again = await applyOperations(client, queue);
    expect(again).toMatchObject([5, 6].map((seq) => ({ status: 'APPLIED', isRepeat: true, seq })));
  });

  it('does not bring back what was deleted when its creation is sent again', async () => {
    const queue = [createEntry(newId())];
    const [outcome] = await applyOperations(client, queue);
    await client.deleteEntry(outcome!.entity!.id);
    expect((await applyOperations(client, queue))[0]).toMatchObject({ status: 'APPLIED', isRepeat: true });
    expect(await client.countEntries()).toBe(0);
  });

  it('does not delete what an undo brought back when a deletion that found nothing is sent again', async () => {
    const { id } = await client.createEntry({ metricId });
    await client.deleteEntry(id);
    const deletedAt = await client.seq();
    const queue = [deleteEntry(id)];
    const [nothing] = await applyOperations(client, queue);
    expect(nothing).toMatchObject({ status: 'APPLIED', isRepeat: false, seq: null });
    await client.graphql(`mutation { undo(seq: ${deletedAt}) { seq } }`);
    expect(await applyOperations(client, queue)).toEqual([{ ...nothing, isRepeat: true }]);
    expect(await client.countEntries()).toBe(1);
  });

  it('is applied once even when sent many times at once', async () => {
    const ids = Array.from({ length: 5 }, newId);
    const queue = ids.flatMap((id) => [createEntry(id), updateEntry(id, { value: 5 })]);
    const answers = await Promise.all(Array.from({ length: 6 }, () => applyOperations(client, queue)));
    for (const outcomes of answers) expect(outcomes.every(({ status }) => status === 'APPLIED')).toBe(true);
    expect(answers.flat().filter(({ isRepeat }) => !isRepeat)).toHaveLength(queue.length);
    expect(await client.seq()).toBe(2 + queue.length);
  });

  it('goes on after a refusal, and says what is wrong with the one refused', async () => {
    const id = newId();
    const [bad, unknown, good] = await applyOperations(client, [
      createEntry(newId(), 9),
      updateEntry(newId(), { value: 1 }),
      createEntry(id),
    ]);
    expect(bad).toMatchObject({ status: 'REFUSED', seq: null, error: { code: 'INVALID_INPUT' } });
    expect(bad!.error!.issues).toEqual([
      { path: ['input', 'value'], message: 'The greatest value of this metric is 5.' },
    ]);
    expect(unknown).toMatchObject({ status: 'REFUSED', error: { code: 'NOT_FOUND' } });
    expect(good).toMatchObject({ status: 'APPLIED', entity: { id } });
  });

  it('has one outcome: a copy of what was refused is not applied later', async () => {
    const id = newId();
    const queue = [updateEntry(id, { value: 4 }), createEntry(newId(), 9)];
    const first = await applyOperations(client, queue);
    expect(first.map(({ status }) => status)).toEqual(['REFUSED', 'REFUSED']);
    await client.createEntry({ id, metricId, value: 1 });
    await client.updateMetric(metricId, { max: 10 });
    expect(await applyOperations(client, queue)).toEqual(first.map((outcome) => ({ ...outcome, isRepeat: true })));
    const conflict = [updateEntry(id, { value: 4 }, 7)];
    const [refused] = await applyOperations(client, conflict);
    await client.updateEntry(id, { value: 2 });
    const [again] = await applyOperations(client, conflict);
    expect(again).toMatchObject({
      status: 'CONFLICT',
      isRepeat: true,
      differingFields: ['value'],
      error: refused!.error,
    });
    expect(again!.entity).toMatchObject({ value: 2, version: 2 });
    expect(await client.countEntries()).toBe(1);
  });

  it('meets a version that has moved on with the current state and what differs', async () => {
    const entry = await client.createEntry({ metricId, value: 2, notes: 'a' });
    await client.updateEntry(entry.id, { value: 3, notes: 'b' });
    const [update, deletion] = await applyOperations(client, [
      updateEntry(entry.id, { value: 4, notes: 'b', tags: ['x'] }, 1),
      deleteEntry(entry.id, 1),
    ]);
    expect(update).toMatchObject({
      status: 'CONFLICT',
      seq: null,
      entity: { id: entry.id, value: 3, notes: 'b', version: 2 },
      differingFields: ['value', 'tags'],
      error: { code: 'CONFLICT' },
    });
    expect(deletion).toMatchObject({ status: 'CONFLICT', entity: { version: 2 } });
    expect(await client.countEntries()).toBe(1);
  });

  it('lets a deletion win over what comes later, and asks nobody to delete twice', async () => {
    const entry = await client.createEntry({ metricId, value: 2 });
    await client.deleteEntry(entry.id);
    const [update, deletion] = await applyOperations(client, [
      updateEntry(entry.id, { value: 4 }),
      deleteEntry(entry.id),
    ]);
    expect(update).toMatchObject({ status: 'CONFLICT', entity: null, error: { code: 'NOT_FOUND' } });
    expect(deletion).toMatchObject({ status: 'APPLIED', seq: null, entity: null });
    expect(await client.seq()).toBe(4);
  });

  it('finds an entity that is there already unchanged, and no number is spent', async () => {
    const entry = await client.createEntry({ metricId, value: 2 });
    const [outcome] = await applyOperations(client, [createEntry(entry.id, 2)]);
    expect(outcome).toMatchObject({ status: 'APPLIED', seq: null, isRepeat: false, entity: { id: entry.id } });
    const [conflict] = await applyOperations(client, [createEntry(entry.id, 3)]);
    expect(conflict).toMatchObject({ status: 'CONFLICT', differingFields: ['value'] });
  });

  it('never reaches what belongs to somebody else', async () => {
    const stranger = await Client.register(app.url);
    const theirs = await stranger.createEntry({ metricId: (await stranger.createMetric()).id });
    const outcomes = await applyOperations(client, [updateEntry(theirs.id, { value: 2 }), deleteEntry(theirs.id)]);
    expect(outcomes.map(({ status, entity }) => [status, entity])).toEqual([
      ['REFUSED', null],
      ['APPLIED', null],
    ]);
    expect(await stranger.countEntries()).toBe(1);
    // The same operation id is somebody else's business too.
    const queue = [createEntry(newId())];
    await applyOperations(client, queue);
    expect(await applyOperations(stranger, queue)).toMatchObject([{ status: 'REFUSED', isRepeat: false }]);
  });

  it('is refused as a whole when it is too long, has a bad id, or nobody is signed in', async () => {
    const many = Array.from({ length: 501 }, () => deleteEntry(newId()));
    expect(await refusalOf(applyOperations(client, many))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await refusalOf(applyOperations(client, [{ ...createEntry(newId()), id: 'x' }]))).toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(await refusalOf(applyOperations(client, [operationOf({})]))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await refusalOf(applyOperations(new Client(app.url), [createEntry(newId())]))).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    expect(await client.seq()).toBe(2);
  });
});
