import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  keepInMemory,
  MemoryStore,
  SessionTokens,
  SyncClient,
  type SyncClientOptions,
} from '../../../clients/typescript/src/index.ts';
import { compactLog } from '../../../src/changes/compaction.ts';
import { signToken } from '../../../src/platform/secrets/signed-tokens.ts';
import { startApp, type App } from '../../setup/app.ts';
import { numbersTo } from '../../setup/changes.ts';
import { Client, entryFields, goodPassword, type Entry, type Metric } from '../../setup/client.ts';
import { holdSockets } from '../../setup/held-sockets.ts';
import { restoreTo } from '../../setup/restore.ts';
import { shortSleep, until } from './device.ts';
import { Network } from './network.ts';

describe('a device of the real product', () => {
  let app: App;
  let other: Client;
  let metric: Metric;
  let network: Network;
  let tokens: SessionTokens;
  const opened: SyncClient[] = [];

  beforeAll(async () => {
    app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
  });
  afterAll(() => app.stop());
  beforeEach(async () => {
    other = await Client.register(app.url);
    metric = await other.createMetric();
    network = new Network();
  });
  afterEach(async () => {
    for (const client of opened.splice(0)) await client.close();
  });

  const open = async (options: Partial<SyncClientOptions> = {}): Promise<SyncClient> => {
    const { fetch, webSocket } = network;
    const { session } = await Client.login(app.url, other.session!.user.email);
    tokens = new SessionTokens({ url: app.url, userId: other.userId, fetch, storage: keepInMemory(session) });
    const store = new MemoryStore();
    const client = new SyncClient({ url: app.url, tokens, store, fetch, webSocket, sleep: shortSleep, ...options });
    opened.push(client);
    await client.open();
    return client;
  };
  const isLive = async (client: SyncClient) => {
    const head = await other.seq();
    const isThere = () => client.status === 'LIVE' && client.pendingCount === 0 && (client.seq ?? 0) >= head;
    await until(isThere, 'it is in step');
  };
  const goOffline = async (client: SyncClient) => {
    network.goDown();
    await until(() => client.status === 'OFFLINE', 'it is offline');
  };
  const readEntries = async () => {
    const query = `query ($after: String) { entries(first: 500, after: $after) {
      edges { node { ${entryFields} } } pageInfo { endCursor hasNextPage } } }`;
    type Page = { entries: { edges: { node: Entry }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } };
    const all: Entry[] = [];
    for (let after: string | undefined, hasMore = true; hasMore;) {
      const { entries }: Page = await other.graphql<Page>(query, { after });
      all.push(...entries.edges.map(({ node }) => node));
      ({ endCursor: after, hasNextPage: hasMore } = entries.pageInfo);
    }
    return all
      .map(({ metric: of, ...entry }) => ({ ...entry, metricId: of.id }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  const isSame = async (client: SyncClient) => {
    await isLive(client);
    expect(client.list('Entry')).toEqual(await readEntries());
  };

  it('starts with everything there is, and follows', async () => {
    await other.createEntries(Array.from({ length: 700 }, (_, value) => ({ metricId: metric.id, value })));
    const client = await open();
    await isSame(client);
    expect(client.list('Entry')).toHaveLength(700);
    expect(client.list('Metric')).toMatchObject([{ id: metric.id, type: 'NUMBER', name: 'Mood' }]);
    expect(client.get('User', other.userId)).toMatchObject({ email: other.session!.user.email });
    await other.createEntry({ metricId: metric.id });
    await isSame(client);
  });

  it('sends what was written offline, in order, and shows it as the server has it', async () => {
    const client = await open();
    await isLive(client);
    await goOffline(client);
    const own = client.createMetric({ name: 'Sleep', type: 'DURATION', unit: 'h' });
    const entries = [1, 2, 3].map((value) =>
      client.createEntry({ metricId: own.entityId, date: '2026-11-20', value, tags: ['t'] }),
    );
    client.updateEntry(entries[0]!.entityId, { notes: 'n', value: 60 }, { expectedVersion: 1 });
    client.deleteEntry(entries[1]!.entityId);
    client.updateMetric(own.entityId, { unit: null });
    const last = client.updateProfile({ timeZone: 'Europe/Vienna' });
    await last.queued;
    const [shown, metrics] = [client.list('Entry'), client.list('Metric')];
    const withoutTimes = <T extends object>(each: T) => ({ ...each, createdAt: null, updatedAt: null });
    network.isDown = false;
    expect((await last.outcome).status).toBe('APPLIED');
    await isSame(client);
    expect(client.list('Entry').map(withoutTimes)).toEqual(shown);
    expect(client.list('Metric').map(withoutTimes)).toEqual(metrics.map(withoutTimes));
    expect(client.get('User', other.userId)?.timeZone).toBe('Europe/Vienna');
  });

  it('is applied once when replies got lost', async () => {
    const client = await open();
    await isLive(client);
    const { id } = await other.createEntry({ metricId: metric.id });
    network.lostReplies = 2;
    const write = client.updateEntry(id, { notes: 'once' });
    expect(await write.outcome).toMatchObject({ status: 'APPLIED', isRepeat: true });
    await isSame(client);
    expect(client.get('Entry', id)).toMatchObject({ notes: 'once', version: 2 });
  });

  it('gives way in a conflict, and to a deletion', async () => {
    const [first, second] = await other.createEntries([{ metricId: metric.id }, { metricId: metric.id }]);
    const client = await open();
    await isLive(client);
    await goOffline(client);
    const conflicts: unknown[] = [];
    client.onConflict(({ outcome }) => conflicts.push(outcome));
    const changed = client.updateEntry(first!.id, { notes: 'ours' }, { expectedVersion: 1 });
    const gone = client.updateEntry(second!.id, { notes: 'ours' });
    await other.updateEntry(first!.id, { notes: 'theirs' });
    await other.deleteEntry(second!.id);
    network.isDown = false;
    expect(await changed.outcome).toMatchObject({ status: 'CONFLICT', entity: { notes: 'theirs', version: 2 } });
    expect((await changed.outcome).differingFields).toEqual(['notes']);
    expect(await gone.outcome).toMatchObject({ status: 'CONFLICT', entity: null });
    expect(conflicts).toHaveLength(2);
    await isSame(client);
    expect(client.list('Entry')).toMatchObject([{ notes: 'theirs' }]);
  });

  it('resumes after cuts without losing anything', async () => {
    const client = await open();
    await isLive(client);
    for (let round = 0; round < 5; round++) {
      const writing = other.createEntries([{ metricId: metric.id }, { metricId: metric.id }]);
      network.cut();
      client.createEntry({ metricId: metric.id, date: '2026-11-21', value: round });
      await writing;
    }
    await until(() => client.list('Entry').length === 15, 'all are here');
    await isSame(client);
    expect(network.connections).toBeGreaterThan(1);
  });

  it('takes a snapshot when the log was compacted while it was away, and keeps its queue', async () => {
    const { id } = await other.createEntry({ metricId: metric.id });
    const client = await open();
    await isLive(client);
    await goOffline(client);
    const write = client.createEntry({ metricId: metric.id, date: '2026-11-21', value: 8 });
    await other.updateEntry(id, { value: 5 });
    await other.updateEntry(id, { value: 6 });
    await compactLog(other.userId, new Date(Date.now() + 60_000), ['Metric']);
    network.isDown = false;
    expect((await write.outcome).status).toBe('APPLIED');
    await isSame(client);
    expect(client.list('Entry').map(({ value }) => value)).toEqual([6, 8]);
  });

  it('takes a snapshot when the server was restored and its log has grown past the number of the device', async () => {
    const client = await open();
    for (const value of [1, 2, 3]) await other.createEntry({ metricId: metric.id, value });
    await isSame(client);
    expect(client.seq).toBe(5);
    await goOffline(client);
    const write = client.createEntry({ metricId: metric.id, date: '2026-11-21', value: 8 });
    await write.queued;
    await restoreTo(other.userId, 3);
    for (const value of [4, 5, 6, 7]) await other.createEntry({ metricId: metric.id, value });
    network.isDown = false;
    expect((await write.outcome).status).toBe('APPLIED');
    await isSame(client);
    expect(client.list('Entry').map(({ value }) => value)).toEqual(expect.arrayContaining([1, 4, 5, 6, 7, 8]));
    expect(client.list('Entry')).toHaveLength(6);
  });

  it('takes a snapshot when the log is compacted in the middle of catching up, and keeps its queue', async () => {
    const many = Array.from({ length: 1000 }, () => ({ metricId: metric.id }));
    const client = await open();
    await isLive(client);
    await goOffline(client);
    network.holdsQueue = true;
    const write = client.createEntry({ metricId: metric.id, date: '2026-11-21', value: 8 });
    for (let i = 0; i < 3; i++) await other.createEntries(many);
    const { id } = await other.createEntry({ metricId: metric.id });
    const release = holdSockets();
    network.isDown = false;
    await until(() => client.status === 'LIVE', 'it is catching up');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await other.updateEntry(id, { value: 6 });
    await other.createEntry({ metricId: metric.id });
    await compactLog(other.userId, new Date(Date.now() + 60_000), ['Metric']);
    const { snapshot } = network.asked;
    release();
    await until(() => client.seq === 3005, 'it has everything');
    expect(network.asked.snapshot).toBeGreaterThan(snapshot);
    // What came before the refusal came whole, and stopped short of the gap.
    expect(network.numbers).toEqual(numbersTo(network.numbers.length + 2).slice(2));
    expect(network.numbers.length).toBeGreaterThan(0);
    expect(network.numbers.length).toBeLessThan(3000);
    expect(client.pendingCount).toBe(1);
    expect(client.get('Entry', write.entityId)).toMatchObject({ value: 8, createdAt: null });

    network.holdsQueue = false;
    expect(await write.outcome).toMatchObject({ status: 'APPLIED', isRepeat: false, seq: 3006 });
    await isSame(client);
    expect(client.list('Entry')).toHaveLength(3003);
  });

  it('resumes without loss or repetition when its token ends in the middle of a stream', async () => {
    const { session } = await Client.login(app.url, other.session!.user.email);
    // The server closes the socket one or two seconds before.
    const { token } = signToken('access-token', { sub: other.userId, sid: session!.device.id }, 4);
    const { fetch } = network;
    const storage = keepInMemory({ ...session!, accessToken: token });
    const client = await open({ tokens: new SessionTokens({ url: app.url, userId: other.userId, fetch, storage }) });
    await isLive(client);
    const statuses: string[] = [];
    client.onStatus((status) => statuses.push(status));
    const begin = await other.seq();
    const some = Array.from({ length: 20 }, () => ({ metricId: metric.id }));
    const writeSome = async () => {
      client.createEntry({ metricId: metric.id, date: '2026-11-21', value: 8 });
      await other.createEntries(some);
    };
    while (network.closeCodes.length === 0) await writeSome();
    for (let i = 0; i < 10; i++) await writeSome();
    await isSame(client);
    expect(network.closeCodes).toEqual([4401]);
    expect(network.numbers).toEqual(numbersTo(await other.seq()).slice(begin));
    expect(network.asked).toEqual({ snapshot: 1, refreshSession: 1 });
    expect(statuses).toEqual(['CONNECTING', 'LIVE']);
  });

  it('replaces a token that has ended', async () => {
    const { session } = await Client.login(app.url, other.session!.user.email);
    const storage = keepInMemory({ ...session!, accessToken: 'of.long.ago' });
    const client = await open({ tokens: new SessionTokens({ url: app.url, userId: other.userId, storage }) });
    await isLive(client);
    expect(storage.read()).not.toMatchObject({ accessToken: 'of.long.ago' });
  });

  it('is signed out from elsewhere, keeps what it was told, and goes on after the next sign-in', async () => {
    const client = await open();
    await isLive(client);
    await other.graphql('mutation { logoutEverywhere }');
    await until(() => client.status === 'SIGNED_OUT', 'it is signed out');
    const write = client.createEntry({ metricId: metric.id, date: '2026-11-21', value: 8 });
    await write.queued;
    other = await Client.login(app.url, other.session!.user.email, goodPassword);
    await tokens.replace(other.session!);
    client.wake();
    expect((await write.outcome).status).toBe('APPLIED');
    await isSame(client);
  });
});
