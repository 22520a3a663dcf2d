import { randomUUID } from 'node:crypto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ForeignStoreError,
  IndexedDbStore,
  keepInMemory,
  MemoryStore,
  SessionTokens,
  type LocalStore,
} from '../../../clients/typescript/src/index.ts';
import { StaleCommitError } from '../../../clients/typescript/src/local-store.ts';
import { Device, until } from './device.ts';
import { FakeServer } from './fake-server.ts';

const entry = { metricId: 'metric-1', date: '2026-11-21', value: 4 };
const newServer = (): FakeServer => {
  const server = new FakeServer();
  server.write('Metric', 'metric-1', { id: 'metric-1', name: 'Mood', type: 'NUMBER', version: 1 });
  return server;
};

/** A store that several tabs open, each its own way. */
const kinds: [name: string, () => () => LocalStore][] = [
  [
    'in memory',
    () => {
      const store = new MemoryStore(randomUUID());
      return () => store;
    },
  ],
  [
    'in IndexedDB',
    () => {
      const [factory, name] = [new IDBFactory() as unknown as IDBFactory, randomUUID()];
      return () => new IndexedDbStore(name, factory as never);
    },
  ],
];

describe.each(kinds)('tabs on a store %s', (_, newStore) => {
  const opened: Device[] = [];
  const openTab = async (server: FakeServer, store: LocalStore, options = {}): Promise<Device> => {
    const tab = await Device.open(server, { store, ...options });
    opened.push(tab);
    return tab;
  };
  afterEach(async () => {
    for (const { client } of opened.splice(0)) await client.close();
  });

  it('show the same over one line, whoever writes', async () => {
    const [server, open] = [newServer(), newStore()];
    const first = await openTab(server, open());
    await until(() => first.client.status === 'LIVE', 'it is live');
    const second = await openTab(server, open());
    await until(() => second.client.status === 'LIVE', 'the other tab knows');
    const writes = [first.client.createEntry(entry), second.client.createEntry({ ...entry, value: 5 })];
    await Promise.all(writes.map(({ outcome }) => outcome));
    server.writeEntry('a');
    for (const tab of [first, second]) {
      await tab.inStep(server);
      expect(tab.client.list('Entry')).toEqual(server.list('Entry'));
    }
    expect(server.asked['Socket']).toBe(1);
  });

  it('show a write of another tab before the server has it', async () => {
    const [server, open] = [newServer(), newStore()];
    const [first, second] = [await openTab(server, open()), await openTab(server, open())];
    await first.inStep(server);
    server.faults.isDown = true;
    server.cut();
    const write = second.client.createEntry(entry);
    await write.queued;
    await until(() => first.client.get('Entry', write.entityId) !== null, 'the first tab shows it');
    server.faults.isDown = false;
    expect((await write.outcome).status).toBe('APPLIED');
  });

  it('hear of a conflict where the write was made, and elsewhere as of another', async () => {
    const [server, open] = [newServer(), newStore()];
    const [first, second] = [await openTab(server, open()), await openTab(server, open())];
    await first.inStep(server);
    const write = second.client.createEntry({ ...entry, metricId: 'no metric' });
    expect((await write.outcome).status).toBe('REFUSED');
    await until(() => first.conflicts.length === 1, 'the first tab knows');
    expect([first.conflicts[0]?.isOwn, second.conflicts[0]?.isOwn]).toEqual([false, true]);
    expect([first, second].map(({ client }) => client.get('Entry', write.entityId))).toEqual([null, null]);
  });

  it('have another leader when the first one closes', async () => {
    const [server, open] = [newServer(), newStore()];
    const [first, second] = [await openTab(server, open()), await openTab(server, open())];
    await first.inStep(server);
    server.faults.isDown = true;
    const write = second.client.createEntry(entry);
    await write.queued;
    await first.client.close();
    server.faults.isDown = false;
    expect((await write.outcome).status).toBe('APPLIED');
    await second.inStep(server);
    expect(second.client.list('Entry')).toEqual(server.list('Entry'));
    expect(server.sockets.size).toBe(1);
  });

  it('find each other again when they cannot hear each other', async () => {
    const [server, open] = [newServer(), newStore()];
    const deaf = { openBroadcast: () => null };
    const first = await openTab(server, open(), deaf);
    await first.inStep(server);
    const second = await openTab(server, open(), deaf);
    server.writeEntry('a');
    await first.inStep(server);
    await second.client.createEntry(entry).queued;
    expect(second.client.list('Entry')).toHaveLength(2);
  });

  it('do no harm when both lead, where there are no locks', async () => {
    const [server, open] = [newServer(), newStore()];
    const alone = { locks: null };
    const tabs = [await openTab(server, open(), alone), await openTab(server, open(), alone)];
    const writes = Array.from({ length: 20 }, (__, value) => tabs[value % 2]!.client.createEntry({ ...entry, value }));
    for (const id of ['a', 'b', 'c']) server.writeEntry(id);
    await Promise.all(writes.map(({ outcome }) => outcome));
    server.writeEntry('d');
    for (const tab of tabs) {
      await tab.inStep(server);
      await until(() => tab.client.list('Entry').length === 24, 'everything is here');
      expect(tab.client.list('Entry')).toEqual(server.list('Entry'));
    }
    expect(new Set(server.batches.flat()).size).toBe(20);
  });

  it('start with what the store has, in the order in which it was said', async () => {
    const [server, open] = [newServer(), newStore()];
    server.writeEntry('a');
    const first = await openTab(server, open());
    await first.inStep(server);
    server.faults.isDown = true;
    server.cut();
    const said = ['z', 'y', 'x'].map((notes) => first.client.updateEntry('a', { notes }));
    await Promise.all(said.map(({ queued }) => queued));
    await first.client.close();

    const second = await openTab(server, open());
    expect(second.client.get('Entry', 'a')).toMatchObject({ notes: 'x', version: 4 });
    server.faults.isDown = false;
    await second.inStep(server);
    expect(server.batches.at(-1)).toEqual(said.map(({ operationId }) => operationId));
    expect(second.client.list('Entry')).toEqual(server.list('Entry'));
  });
});

describe.each(kinds)('a store %s', (_, newStore) => {
  const identity = { userId: 'person', selection: 1 };
  const metric = { type: 'Metric' as const, id: 'm', entity: { id: 'm' } as never };
  const at = '2026-11-21T06:30:15.250Z';

  it('refuses what does not follow, and keeps nothing of it', async () => {
    const store = newStore()();
    await store.open(identity);
    await store.commit({ received: { after: null, seq: 3, at, entities: [metric], isWhole: true } });
    const wrong = {
      received: { after: 2, seq: 4, at: 'later', entities: [{ ...metric, entity: null }], isWhole: false },
    };
    await expect(store.commit(wrong)).rejects.toThrow(StaleCommitError);
    expect(await store.open(identity)).toMatchObject({ revision: 1, seq: 3, at, entities: [metric] });
    store.close();
  });

  it('keeps when the change of its number happened through what is not received', async () => {
    const store = newStore()();
    await store.open(identity);
    await store.commit({ received: { after: null, seq: 3, at, entities: [metric], isWhole: true } });
    await store.commit({ enqueued: [{ id: 'o', target: metric, action: { deleteMetric: { id: 'm' } } }] });
    expect(await store.open(identity)).toMatchObject({ revision: 2, seq: 3, at });
    store.close();
  });

  it('is as a snapshot has it, with nothing from before', async () => {
    const store = newStore()();
    await store.open(identity);
    const other = { ...metric, id: 'n', entity: { id: 'n' } as never };
    await store.commit({ received: { after: null, seq: 3, at, entities: [metric], isWhole: true } });
    await store.commit({ received: { after: 3, seq: 9, at: 'later', entities: [other], isWhole: true } });
    expect(await store.open(identity)).toMatchObject({ seq: 9, at: 'later', entities: [other] });
    store.close();
  });

  it('keeps the queue in the order in which it was said, whatever the ids', async () => {
    const store = newStore()();
    await store.open(identity);
    const say = (id: string) => ({ id, target: metric, action: { deleteMetric: { id: 'm' } } });
    await store.commit({ enqueued: [say('c'), say('b')] });
    await store.commit({ enqueued: [say('a'), say('d')], acknowledged: [{ operationId: 'b', appliedSeq: 7 }] });
    await store.commit({ settled: ['c'] });
    const { queue } = await store.open(identity);
    expect(queue.map(({ operation, appliedSeq }) => [operation.id, appliedSeq])).toEqual([
      ['b', 7],
      ['a', null],
      ['d', null],
    ]);
    store.close();
  });

  it('forgets the entities, not the queue, when other fields are wanted', async () => {
    const store = newStore()();
    await store.open(identity);
    const operation = { id: 'o', target: metric, action: { deleteMetric: { id: 'm' } } };
    await store.commit({
      received: { after: null, seq: 3, at, entities: [metric], isWhole: true },
      enqueued: [operation],
    });
    const state = await store.open({ ...identity, selection: 2 });
    expect(state).toMatchObject({ seq: null, at: null, entities: [], queue: [{ operation, appliedSeq: null }] });
    store.close();
  });

  it('is of one person', async () => {
    const store = newStore()();
    await store.open(identity);
    await expect(store.open({ ...identity, userId: 'somebody else' })).rejects.toThrow(ForeignStoreError);
    store.close();
  });
});

describe('a store in IndexedDB', () => {
  it('of an earlier version goes on without the instant, and has it after the next change', async () => {
    const [server, factory, name] = [newServer(), new IDBFactory(), randomUUID()];
    const open = () => Device.open(server, { store: new IndexedDbStore(name, factory as never) });
    const first = await open();
    await first.inStep(server);
    await first.client.close();
    await forgetInstant(factory, `lifegraph:${name}`);

    const second = await open();
    server.writeEntry('a');
    await second.inStep(server);
    await second.client.close();
    const third = await open();
    await until(() => third.client.status === 'LIVE', 'it is live');
    await until(() => server.followedAfter.length === 3, 'it follows');
    expect(server.followedAfterAt).toEqual([server.log[1]!.at, null, server.log[2]!.at]);
    expect(server.asked['Snapshot']).toBe(1);
    await third.client.close();
  });
});

/** Leaves what the version before the instant would have written. */
async function forgetInstant(factory: IDBFactory, name: string): Promise<void> {
  const done = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve) => request.addEventListener('success', () => resolve(request.result)));
  const database = await done(factory.open(name) as never as IDBRequest<IDBDatabase>);
  const table = database.transaction('meta', 'readwrite').objectStore('meta');
  const { at, ...meta } = await done<{ at: string }>(table.get('state'));
  expect(at).toBeTruthy();
  await done(table.put(meta, 'state'));
  database.close();
}

describe('a session', () => {
  it('is refreshed once for all tabs', async () => {
    const server = newServer();
    const { url, userId, fetch } = server;
    const storage = keepInMemory({ accessToken: 'dead', refreshToken: server.refreshToken!, user: { id: userId } });
    const tabs = [1, 2, 3].map(() => new SessionTokens({ url, userId, fetch, storage }));
    const tokens = await Promise.all(tabs.flatMap((tab) => [tab.refresh('dead'), tab.refresh('dead')]));
    expect(new Set(tokens)).toEqual(new Set([server.token]));
    expect(server.asked['Refresh']).toBe(1);
  });

  it('is refreshed once for all who ask in one tab, where there are no locks', async () => {
    const server = newServer();
    const { url, userId, fetch } = server;
    const storage = keepInMemory({ accessToken: 'dead', refreshToken: server.refreshToken!, user: { id: userId } });
    const tokens = new SessionTokens({ url, userId, fetch, storage, locks: null });
    expect(await Promise.all([tokens.refresh('dead'), tokens.refresh('dead')])).toEqual([server.token, server.token]);
    expect(server.asked['Refresh']).toBe(1);
  });

  it('of somebody else is never used', async () => {
    const { url, userId, fetch } = newServer();
    const storage = keepInMemory({ accessToken: 'theirs', refreshToken: 'theirs', user: { id: 'somebody else' } });
    const tokens = new SessionTokens({ url, userId, fetch, storage });
    await expect(tokens.accessToken()).rejects.toThrow('signed out');
    await expect(tokens.refresh('x')).rejects.toThrow('signed out');
  });
});
