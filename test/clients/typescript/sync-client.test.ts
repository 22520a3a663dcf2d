import { describe, expect, it, vi } from 'vitest';
import { ClosedError, ForeignStoreError, MemoryStore, type Entry } from '../../../clients/typescript/src/index.ts';
import { Device, until } from './device.ts';
import { FakeServer, toWire } from './fake-server.ts';

const withMetric = (): FakeServer => {
  const server = new FakeServer();
  server.write('Metric', 'metric-1', { id: 'metric-1', name: 'Mood', type: 'NUMBER', version: 1 });
  return server;
};
const entry = { metricId: 'metric-1', date: '2026-11-21', value: 4 };
const openInStep = async (server: FakeServer, options = {}): Promise<Device> => {
  const device = await Device.open(server, options);
  await device.inStep(server);
  await until(() => device.client.status === 'LIVE', 'it is live');
  device.changes.length = 0;
  return device;
};
const goOffline = async (server: FakeServer, { client }: Device): Promise<void> => {
  server.faults.isDown = true;
  server.cut();
  await until(() => client.status === 'OFFLINE', 'it is offline');
};

describe('receiving', () => {
  it('starts with a snapshot of several pages and goes on live', async () => {
    const server = withMetric();
    for (const id of ['a', 'b', 'c', 'd']) server.writeEntry(id);
    server.compact();
    const device = await openInStep(server);
    expect(device.client.list('Entry').map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    expect(device.client.get('Metric', 'metric-1')).toMatchObject({ type: 'NUMBER', name: 'Mood' });
    expect(server.asked['Snapshot']).toBe(3);

    server.writeEntry('e', { notes: 'from elsewhere' });
    await device.inStep(server);
    expect(device.changes).toEqual([{ type: 'Entry', id: 'e', before: null, after: server.entities.get('Entry/e') }]);
    await device.client.close();
  });

  it('resumes after a cut with what happened meanwhile, without another snapshot', async () => {
    const server = withMetric();
    const device = await openInStep(server);
    await goOffline(server, device);
    for (const id of ['a', 'b', 'c']) server.writeEntry(id);
    server.faults.isDown = false;
    await device.inStep(server);
    expect(device.client.list('Entry')).toEqual(server.list('Entry'));
    expect(server.asked['Snapshot']).toBe(1);
    await device.client.close();
  });

  it('does not let the library connect again with an old number when a server closes in peace', async () => {
    const server = withMetric();
    const device = await openInStep(server);
    server.writeEntry('a');
    await device.inStep(server);
    server.cut(1000);
    server.writeEntry('b');
    await device.inStep(server);
    expect(device.client.list('Entry')).toEqual(server.list('Entry'));
    expect(server.followedAfter).toEqual([2, 3]);
    await device.client.close();
  });

  it.each([
    ['left out', 2],
    ['repeated', 0],
  ])('reconnects when a number is %s', async (_, step) => {
    const server = withMetric();
    const device = await openInStep(server);
    const [socket] = server.sockets;
    const line = { seq: server.head + step, at: 'now', entityType: 'Entry', entityId: 'a', entity: null };
    socket!.say(line);
    await until(() => server.asked['Socket'] === 2, 'there is another socket');
    server.writeEntry('a');
    await device.inStep(server);
    expect(device.client.list('Entry')).toEqual(server.list('Entry'));
    await device.client.close();
  });

  it('reconnects when a number is missing in the middle of what came together', async () => {
    const server = withMetric();
    const device = await openInStep(server);
    server.faults.isSilent = true;
    for (const id of ['a', 'b', 'c', 'd']) server.writeEntry(id);
    const [socket] = server.sockets;
    for (const i of [2, 3, 5]) socket!.say(toWire(server.log[i]!));
    server.faults.isSilent = false;
    await device.inStep(server);
    expect(device.client.list('Entry')).toEqual(server.list('Entry'));
    await device.client.close();
  });

  it('resumes after what was still being stored when the line was cut', async () => {
    const server = withMetric();
    const store = new MemoryStore();
    const commit = store.commit.bind(store);
    store.commit = async (given) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return commit(given);
    };
    const device = await openInStep(server, { store });
    for (const id of ['a', 'b', 'c']) server.writeEntry(id);
    await new Promise((resolve) => setTimeout(resolve, 5));
    server.cut();
    await until(() => server.followedAfter.length === 2, 'it follows again');
    expect(server.followedAfter).toEqual([2, 5]);
    await device.client.close();
  });

  it('goes on at once with a snapshot when the log is compacted while it follows', async () => {
    const server = withMetric();
    const device = await openInStep(server);
    server.faults.isSilent = true;
    server.writeEntry('a');
    server.compact();
    for (const socket of server.sockets) socket.refuse(2);
    server.faults.isSilent = false;
    await device.inStep(server);
    expect(device.client.list('Entry')).toEqual(server.list('Entry'));
    expect(server.followedAfter).toEqual([2, 3]);
    expect(device.statuses).not.toContain('OFFLINE');
    await device.client.close();
  });

  it('takes a snapshot when the log has been compacted, and keeps the queue', async () => {
    const server = withMetric();
    server.writeEntry('gone');
    const device = await openInStep(server);
    await goOffline(server, device);
    const write = device.client.createEntry(entry);
    server.write('Entry', 'gone', null);
    server.writeEntry('a');
    server.compact();
    server.faults.isDown = false;
    expect((await write.outcome).status).toBe('APPLIED');
    await device.inStep(server);
    expect(server.asked['Snapshot']).toBeGreaterThan(1);
    expect(device.client.list('Entry')).toEqual(server.list('Entry'));
    await device.client.close();
  });

  it('starts anew when the server was restored, and sends again what got lost with it', async () => {
    const server = withMetric();
    const device = await openInStep(server);
    server.writeEntry('lost');
    await device.inStep(server);
    server.faults.isSilent = true;
    const write = device.client.createEntry(entry);
    expect((await write.outcome).seq).toBe(4);
    server.restore(2);
    server.faults.isSilent = false;
    server.cut();
    await until(() => server.entities.has(`Entry/${write.entityId}`), 'the entry is there again');
    await device.inStep(server);
    expect(device.client.list('Entry')).toEqual(server.list('Entry'));
    await device.client.close();
  });

  it('starts anew when a restored server has grown past its number, and sends again what got lost with it', async () => {
    const server = withMetric();
    const device = await openInStep(server);
    server.writeEntry('lost');
    await device.inStep(server);
    server.faults.isSilent = true;
    const write = device.client.createEntry(entry);
    expect((await write.outcome).seq).toBe(4);
    server.restore(2);
    for (const id of ['a', 'b', 'c']) server.writeEntry(id);
    expect(server.head).toBe(5);
    server.faults.isSilent = false;
    server.cut();
    await until(() => server.entities.has(`Entry/${write.entityId}`), 'the entry is there again');
    await device.inStep(server);
    expect(device.client.list('Entry')).toEqual(server.list('Entry'));
    await device.client.close();
  });

  it('says when the change of its number happened, after a snapshot, a change and a start from the store', async () => {
    const server = withMetric();
    const store = new MemoryStore();
    const device = await openInStep(server, { store });
    server.writeEntry('a');
    await device.inStep(server);
    server.cut();
    await until(() => server.followedAfter.length === 2, 'it follows again');
    await device.client.close();
    const next = await openInStep(server, { store });
    expect(server.followedAfter).toEqual([2, 3, 3]);
    expect(server.followedAfterAt).toEqual(server.followedAfter.map((seq) => server.log[seq - 1]!.at));
    await next.client.close();
  });

  it('goes on with a store that has no instant, from before it was kept', async () => {
    const server = withMetric();
    const store = new MemoryStore();
    await (await openInStep(server, { store })).client.close();
    const open = store.open.bind(store);
    store.open = async (identity) => {
      const { at: _, ...state } = await open(identity);
      return state as never;
    };
    const device = await openInStep(server, { store });
    server.writeEntry('a');
    await device.inStep(server);
    expect(server.followedAfterAt.at(-1)).toBeNull();
    expect(server.asked['Snapshot']).toBe(1);
    server.cut();
    await until(() => server.followedAfter.length === 3, 'it follows again');
    expect(server.followedAfterAt.at(-1)).toBe(server.log.at(-1)!.at);
    await device.client.close();
  });

  it('is not misled by a server that is restored between two pages of a snapshot', async () => {
    const server = withMetric();
    for (const id of ['a', 'b', 'c', 'd']) server.writeEntry(id);
    let pages = 0;
    const fetch: typeof server.fetch = async (...request) => {
      const isSnapshot = String(request[1]?.body).includes('query Snapshot');
      if (isSnapshot && (pages += 1) === 2) {
        server.restore(2);
        for (const id of ['d', 'e', 'f', 'g']) server.writeEntry(id, { notes: 'anew' });
      }
      return server.fetch(...request);
    };
    const device = await Device.open(server, { fetch });
    await until(() => device.client.list('Entry').length === 4, 'it has a snapshot');
    await until(() => device.client.get('Entry', 'a') === null, 'it has another one');
    expect(device.client.list('Entry')).toEqual(server.list('Entry'));
    await device.client.close();
  });

  it('ignores types it does not know, and goes on', async () => {
    const server = withMetric();
    const device = await openInStep(server);
    server.write('Novelty', 'n', { id: 'n' });
    server.writeEntry('a');
    await device.inStep(server);
    expect(device.client.list('Entry')).toHaveLength(1);
    await device.client.close();
  });

  it('takes a silent line for cut', async () => {
    const server = withMetric();
    const device = await openInStep(server);
    const [socket] = server.sockets;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      // The timers of this connection were made before; the next one's are ours.
      socket!.drop(1006);
      await vi.advanceTimersByTimeAsync(1000);
      const [next] = server.sockets;
      next!.isDead = true;
      await vi.advanceTimersByTimeAsync(20_000);
      expect(server.asked['Socket']).toBe(3);
    } finally {
      vi.useRealTimers();
    }
    await device.client.close();
  });
});

describe('a token', () => {
  it('that ends in mid-stream is replaced once, and nothing is lost', async () => {
    const server = withMetric();
    const device = await openInStep(server);
    device.statuses.length = 0;
    server.expireToken();
    const write = device.client.createEntry(entry);
    server.writeEntry('a');
    expect((await write.outcome).status).toBe('APPLIED');
    await device.inStep(server);
    expect(device.client.list('Entry')).toEqual(server.list('Entry'));
    expect(server.asked['Refresh']).toBe(1);
    expect(device.statuses).not.toContain('OFFLINE');
    await device.client.close();
  });

  it('that is refused although it is new is not replaced again and again', async () => {
    const server = withMetric();
    const device = await openInStep(server);
    server.faults.refusesSockets = true;
    server.expireToken();
    await until(() => device.client.status === 'OFFLINE', 'it waits');
    expect(server.asked['Refresh']).toBeLessThan(5);
    server.faults.refusesSockets = false;
    await until(() => device.client.status === 'LIVE', 'it is live again');
    await device.client.close();
  });

  it('that cannot be replaced signs out; the queue goes on once the same person signs in', async () => {
    const server = withMetric();
    const device = await openInStep(server);
    server.refreshToken = null;
    server.expireToken();
    await until(() => device.client.status === 'SIGNED_OUT', 'it is signed out');
    const write = device.client.createEntry(entry);
    await write.queued;
    expect(device.client.pendingCount).toBe(1);

    const stranger = { accessToken: 'x', refreshToken: 'x', user: { id: 'somebody else' } };
    await expect(device.tokens.replace(stranger)).rejects.toThrow('Somebody else');
    await device.tokens.replace({ accessToken: server.token, refreshToken: 'r', user: { id: server.userId } });
    device.client.wake();
    expect((await write.outcome).status).toBe('APPLIED');
    await device.inStep(server);
    expect(device.client.status).toBe('LIVE');
    await device.client.close();
  });
});

describe('writing', () => {
  it('shows before the server has heard of it, and then as the server has it', async () => {
    const server = withMetric();
    const device = await openInStep(server);
    const write = device.client.createEntry(entry);
    expect(device.client.get('Entry', write.entityId)).toBeNull();
    await write.queued;
    expect(device.client.get('Entry', write.entityId)).toMatchObject({ value: 4, number: 4, createdAt: null });
    expect(await write.outcome).toMatchObject({ status: 'APPLIED', seq: 3 });
    await device.inStep(server);
    expect(device.client.list('Entry')).toEqual(server.list('Entry'));
    await device.client.close();
  });

  it('is sent in order once there is a network, a hundred at a time', async () => {
    const server = withMetric();
    const device = await openInStep(server);
    await goOffline(server, device);
    const writes = Array.from({ length: 150 }, (_, i) => device.client.createEntry({ ...entry, value: i }));
    const change = device.client.updateEntry(writes[0]!.entityId, { notes: 'first' });
    await change.queued;
    expect(device.client.list('Entry')).toHaveLength(150);
    server.batches.length = 0;
    server.faults.isDown = false;
    await device.inStep(server);
    expect(server.batches.map(({ length }) => length)).toEqual([100, 51]);
    expect(server.batches.flat()).toEqual([...writes, change].map(({ operationId }) => operationId));
    expect(device.client.list('Entry')).toEqual(server.list('Entry'));
    await device.client.close();
  });

  it('is applied once when the reply got lost', async () => {
    const server = withMetric();
    const device = await openInStep(server);
    server.writeEntry('a');
    server.faults.lostReplies = 2;
    const { outcome, operationId } = device.client.updateEntry('a', { notes: 'once' });
    expect(await outcome).toMatchObject({ status: 'APPLIED', isRepeat: true });
    expect(server.batches).toEqual([[operationId], [operationId], [operationId]]);
    expect(server.entities.get('Entry/a')).toMatchObject({ version: 2, notes: 'once' });
    await device.client.close();
  });

  it.each(['UNAVAILABLE', 'INTERNAL', 'RATE_LIMITED'])('is sent again after %s', async (code) => {
    const server = withMetric();
    const device = await openInStep(server);
    server.faults.refusals = { code, left: 3 };
    expect((await device.client.createEntry(entry).outcome).status).toBe('APPLIED');
    await device.client.close();
  });

  it('does not flicker when the change comes after the answer', async () => {
    const server = withMetric();
    server.writeEntry('a', { notes: 'old' });
    const device = await openInStep(server);
    server.faults.isSilent = true;
    await device.client.updateEntry('a', { notes: 'new' }).outcome;
    expect(device.client.get('Entry', 'a')?.notes).toBe('new');
    server.faults.isSilent = false;
    server.deliver();
    await until(() => device.client.seq === server.head, 'the change is here');
    expect(device.changes.map(({ after }) => (after as Entry).notes)).not.toContain('old');
    expect(device.client.get('Entry', 'a')).toEqual(server.entities.get('Entry/a'));
    await device.client.close();
  });

  it('does not flicker when nothing had to be written, and that is not known here yet', async () => {
    const server = withMetric();
    server.writeEntry('a');
    const device = await openInStep(server);
    server.faults.isSilent = true;
    server.write('Entry', 'a', null);
    expect(await device.client.deleteEntry('a').outcome).toMatchObject({ status: 'APPLIED', seq: null });
    expect(device.client.get('Entry', 'a')).toBeNull();
    server.faults.isSilent = false;
    server.deliver();
    await device.inStep(server);
    expect(device.changes).toHaveLength(1);
    await device.client.close();
  });

  it('that conflicts gives way, and says what is there now', async () => {
    const server = withMetric();
    server.writeEntry('a', { notes: 'mine' });
    const device = await openInStep(server);
    server.faults.isSilent = true;
    server.writeEntry('a', { notes: 'theirs' });
    const write = device.client.updateEntry('a', { notes: 'ours' }, { expectedVersion: 1 });
    await write.queued;
    expect(device.client.get('Entry', 'a')?.notes).toBe('ours');
    expect((await write.outcome).status).toBe('CONFLICT');
    expect(device.client.get('Entry', 'a')?.notes).toBe('mine');
    expect(device.conflicts).toMatchObject([
      {
        isOwn: true,
        operation: { id: write.operationId },
        outcome: { entity: { notes: 'theirs' }, differingFields: ['notes'] },
      },
    ]);
    server.faults.isSilent = false;
    server.deliver();
    await device.inStep(server);
    expect(device.client.get('Entry', 'a')?.notes).toBe('theirs');
    await device.client.close();
  });

  it('may change twice what it expects once', async () => {
    const server = withMetric();
    server.writeEntry('a');
    const device = await openInStep(server);
    const [first, second] = [
      device.client.updateEntry('a', { notes: 'one' }, { expectedVersion: 1 }),
      device.client.updateEntry('a', { notes: 'two' }, { expectedVersion: 2 }),
    ];
    expect([(await first.outcome).status, (await second.outcome).status]).toEqual(['APPLIED', 'APPLIED']);
    await device.client.close();
  });

  it('that is refused as a request does not hold up the rest', async () => {
    const server = withMetric();
    const device = await openInStep(server);
    await goOffline(server, device);
    const writes = [1, 2, 3, 4, 5].map((value) => device.client.createEntry({ ...entry, value }));
    server.unacceptable.add(writes[3]!.operationId);
    server.faults.isDown = false;
    const outcomes = await Promise.all(writes.map(({ outcome }) => outcome));
    expect(outcomes.map(({ status }) => status)).toEqual(['APPLIED', 'APPLIED', 'APPLIED', 'REFUSED', 'APPLIED']);
    await device.inStep(server);
    expect(device.client.list('Entry')).toEqual(server.list('Entry'));
    expect(device.conflicts).toHaveLength(1);
    await device.client.close();
  });
});

describe('a store', () => {
  it('keeps everything for the next time, with no network at all', async () => {
    const server = withMetric();
    server.writeEntry('a');
    const store = new MemoryStore();
    const first = await openInStep(server, { store });
    await goOffline(server, first);
    const write = first.client.createEntry(entry);
    await write.queued;
    await first.client.close();
    await expect(write.outcome).rejects.toThrow(ClosedError);
    await expect(first.client.createEntry(entry).queued).rejects.toThrow(ClosedError);

    const second = await Device.open(server, { store });
    expect(second.client.list('Entry').map(({ id }) => id)).toEqual([write.entityId, 'a'].sort());
    server.faults.isDown = false;
    await second.inStep(server);
    expect(second.client.list('Entry')).toEqual(server.list('Entry'));
    await second.client.close();
  });

  it('of one person is not opened for another', async () => {
    const store = new MemoryStore();
    const first = await Device.open(new FakeServer('person-1'), { store });
    await first.client.close();
    const second = new Device(new FakeServer('person-2'), { store });
    await expect(second.client.open()).rejects.toThrow(ForeignStoreError);
  });
});
