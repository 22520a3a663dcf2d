import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEntries } from '../../../src/domains/entries/entries.ts';
import { loadSchema } from '../../../src/graphql/schema.ts';
import { startApp, type App } from '../../setup/app.ts';
import { numbersTo } from '../../setup/changes.ts';
import { Client } from '../../setup/client.ts';
import { Device } from '../../setup/device.ts';

/** The machine may have much else to do. */
const patient = { timeout: 20_000, interval: 10 };

describe('the changes of a person on several devices', () => {
  let app: App;
  let client: Client;
  let metricId: string;
  const devices: Device[] = [];

  beforeAll(async () => {
    // Nothing but what is asked for shall read: no look at heads or sessions.
    app = await startApp({ HEARTBEAT_SECONDS: '60' });
  });
  afterAll(() => app.stop());
  /** Their account is change 1, their metric change 2. */
  beforeEach(async () => {
    client = await Client.register(app.url);
    metricId = (await client.createMetric({ type: 'BINARY' })).id;
  });
  afterEach(() => {
    vi.restoreAllMocks();
    for (const device of devices.splice(0)) device.close();
  });

  const connect = async (count: number, who = client) => {
    const connected = await Promise.all(Array.from({ length: count }, () => Device.connect(who)));
    devices.push(...connected);
    return connected;
  };
  const createEntry = () => client.createEntry({ metricId, value: true });
  const createMany = (count: number) =>
    createEntries(
      { userId: client.userId, deviceId: null },
      Array.from({ length: count }, () => ({ metricId, date: '2026-11-21', value: true })),
    );
  /** Waits until an operation of each device was sent the change of this number. */
  const settled = async (all: readonly Device[], id: string, last: number) => {
    for (const device of all) {
      const isLast = (text: string) => text.startsWith(`{"id":"${id}"`) && text.includes(`"seq":${last}`);
      await expect.poll(() => device.texts.some(isLast), patient).toBe(true);
    }
  };

  it('are executed once for all who ask the same, whatever the ids, and cost one read', async () => {
    const query =
      'subscription Once($after: Int) { changes(after: $after) { seq kind entity { ... on Entry { value } } } }';
    const kind = (await loadSchema()).getType('Change') as unknown as {
      getFields: () => Record<string, { resolve: () => unknown }>;
    };
    const execution = vi.spyOn(kind.getFields()['kind']!, 'resolve');
    const all = await connect(6);
    for (const [i, device] of all.entries()) device.subscribe(i % 2 ? '1' : `id ${i}`, query, { after: 2 });
    await createEntry();
    await Promise.all(all.map((device, i) => settled([device], i % 2 ? '1' : `id ${i}`, 3)));
    execution.mockClear();
    const statements = vi.spyOn(pg.Client.prototype, 'query');
    await createEntry();
    await Promise.all(all.map((device, i) => settled([device], i % 2 ? '1' : `id ${i}`, 4)));
    expect(execution).toHaveBeenCalledTimes(1);
    expect(namesOf(statements).filter((name) => name === 'read-page')).toHaveLength(1);
    // The metric that the value depends on is known, from the entry before.
    const texts = statements.mock.calls.map(([config]) => (config as { text?: string }).text ?? '');
    expect(texts.filter((text) => /^SELECT.*"metrics"/s.test(text))).toEqual([]);
    const payloads = all.map((device) => JSON.stringify(device.messages.at(-1)!.payload));
    expect(new Set(payloads)).toEqual(
      new Set(['{"data":{"changes":{"seq":4,"kind":"CREATED","entity":{"value":true}}}}']),
    );
  });

  it('are executed once for devices at different places of the log, each of which is looked up by one read', async () => {
    const query = `subscription Places($after: Int, $afterAt: DateTime) {
      changes(after: $after, afterAt: $afterAt) { seq kind entityType } }`;
    const kind = (await loadSchema()).getType('Change') as unknown as {
      getFields: () => Record<string, { resolve: () => unknown }>;
    };
    const execution = vi.spyOn(kind.getFields()['kind']!, 'resolve');
    const lines = await client.replay<{ seq: number; at: string }>(0, 'seq at');
    const all = await connect(4);
    const statements = vi.spyOn(pg.Client.prototype, 'query');
    for (const [i, device] of all.entries()) {
      const { seq, at } = lines[i % 2]!;
      device.subscribe('1', query, { after: seq, afterAt: i < 2 ? at : at.replace('Z', '+00:00') });
    }
    await createEntry();
    await settled(all, '1', 3);
    const reads = namesOf(statements).filter((name) => /^read-(log|head)/.test(name ?? ''));
    // The feed reads the head, once for all of them.
    expect(reads.toSorted()).toEqual(['read-heads', ...Array.from({ length: 4 }, () => 'read-log-place')]);
    execution.mockClear();
    await createEntry();
    await settled(all, '1', 4);
    expect(execution).toHaveBeenCalledTimes(1);
    for (const [i, device] of all.entries()) expect(device.numbers('1')).toEqual(numbersTo(4).slice(i % 2 ? 2 : 1));
  });

  it('come to each in the selection it asked for', async () => {
    const [one, two, three] = await connect(3);
    one!.subscribe('1', 'subscription { changes(after: 1) { seq entityType } }');
    two!.subscribe('1', 'subscription { c: changes(after: 1) { number: seq } }');
    const withVariable = 'subscription ($no: Boolean!) { changes(after: 1) { seq entityId @skip(if: $no) } }';
    three!.subscribe('a', withVariable, { no: true });
    three!.subscribe('b', withVariable, { no: false });
    const entry = await createEntry();
    const expectLast = async (device: Device, id: string, payload: object) => {
      const read = () => device.messages.findLast((message) => message.id === id)?.payload;
      await expect.poll(read, patient).toEqual(payload);
    };
    await expectLast(one!, '1', { data: { changes: { seq: 3, entityType: 'Entry' } } });
    await expectLast(two!, '1', { data: { c: { number: 3 } } });
    await expectLast(three!, 'a', { data: { changes: { seq: 3 } } });
    await expectLast(three!, 'b', { data: { changes: { seq: 3, entityId: entry.id } } });
  });

  it('are the same text as over HTTP, fields of the metric among them', async () => {
    await client.createEntry({ metricId, value: false, notes: 'ü "\n', tags: ['a', 'b'], time: '07:30' });
    const fields = `seq kind entityType entityId deviceId at entity { __typename
      ... on Metric { id name type isActionable createdAt } ... on User { email preferences seq }
      ... on Entry { id value number notes tags date time updatedAt metric { name type entries(first: 1) { edges { cursor } } } } }`;
    const [device] = await connect(1);
    device!.subscribe('1', `subscription { changes(after: 0) { ${fields} } }`);
    await settled([device!], '1', 3);
    const sent = device!.messages.map(({ payload }) => (payload as { data: { changes: unknown } }).data.changes);
    expect(JSON.stringify(sent)).toBe(JSON.stringify(await client.replay(0, fields)));
  });

  it('show the value by the metric as it is, not as it was when it was looked up first', async () => {
    const query = 'subscription { changes(after: 2) { seq entity { ... on Entry { value metric { name } } } } }';
    const [device] = await connect(1);
    device!.subscribe('1', query);
    await createEntry();
    await client.updateMetric(metricId, { name: 'Other' });
    await createEntry();
    await settled([device!], '1', 5);
    const entities = device!.messages.map(
      ({ payload }) => (payload as { data: { changes: { entity: object } } }).data.changes.entity,
    );
    expect(entities[0]).toMatchObject({ value: true });
    expect(entities[2]).toEqual({ value: true, metric: { name: 'Other' } });
  });

  it('begin where each says, and reach all of them in order while much is written', async () => {
    const query = 'subscription ($after: Int) { changes(after: $after) { seq } }';
    const all = await connect(5);
    for (const [i, device] of all.entries()) device.subscribe('1', query, { after: i < 3 ? i : null });
    await sleep(100);
    await Promise.all([
      createMany(400),
      createEntry(),
      createMany(300),
      createEntry(),
      createMany(1000),
      createEntry(),
    ]);
    await settled(all, '1', 1705);
    for (const [i, device] of all.entries()) {
      expect(device.numbers('1')).toEqual(numbersTo(1705).slice(i < 3 ? i : 2));
    }
    const [late] = await connect(1);
    late!.subscribe('1', query, { after: 0 });
    await settled([late!], '1', 1705);
    expect(late!.numbers('1')).toEqual(numbersTo(1705));
  });

  it('stop in the middle of catching up when a device completes, and its other operations go on', async () => {
    for (let i = 0; i < 10; i += 1) await createMany(1000);
    const [device] = await connect(1);
    device!.subscribe('gone', 'subscription { changes(after: 0) { seq at entity { ... on Entry { id tags } } } }');
    await expect.poll(() => device!.texts.length, patient).toBeGreaterThan(0);
    device!.complete('gone');
    device!.subscribe('stays', 'subscription { changes(after: 10001) { seq } }');
    await settled([device!], 'stays', 10_002);
    const count = device!.numbers('gone').length;
    await createEntry();
    await settled([device!], 'stays', 10_003);
    expect(device!.numbers('gone')).toHaveLength(count);
    expect(device!.numbers('gone')).toEqual(numbersTo(count));
    expect(count).toBeLessThan(10_002);
    expect(device!.answers('gone')).toEqual([]);
  });

  it('end with an error message when the log cannot be read, and the socket lives on', async () => {
    const [device] = await connect(1);
    await createMany(600);
    const query = pg.Client.prototype.query as (...parameters: unknown[]) => unknown;
    const state = { reads: 0, isAway: true };
    vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...parameters: unknown[]) {
      const isRead = (parameters[0] as { name?: string }).name === 'read-page';
      if (isRead && (state.reads += 1) > 1 && state.isAway)
        return Promise.reject(Object.assign(new Error('gone'), { code: '08006' }));
      return query.apply(this, parameters);
    } as never);
    device!.subscribe('1', 'subscription { changes(after: 0) { seq } }');
    await expect.poll(() => device!.answers('1'), patient).toHaveLength(1);
    state.isAway = false;
    const [error] = device!.answers('1');
    expect(error).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'UNAVAILABLE' } }] });
    const last = device!.numbers('1').at(-1)!;
    expect(device!.numbers('1')).toEqual(numbersTo(last));
    device!.subscribe('1', 'subscription ($after: Int) { changes(after: $after) { seq } }', { after: last });
    await settled([device!], '1', 602);
    expect(device!.numbers('1')).toEqual(numbersTo(602));
  });

  it('are refused with the reason when the number or the variables are not valid', async () => {
    const [device] = await connect(1);
    const query = 'subscription ($after: Int!) { changes(after: $after) { seq } }';
    device!.subscribe('ahead', query, { after: 3 });
    device!.subscribe('below', query, { after: -1 });
    device!.subscribe('missing', query);
    for (const id of ['ahead', 'below', 'missing']) {
      await expect
        .poll(() => device!.messages.filter((message) => message.id === id), patient)
        .toMatchObject([
          { type: 'next', payload: { errors: [{ extensions: { code: 'INVALID_INPUT' } }] } },
          { type: 'complete' },
        ]);
    }
  });

  it('cost nothing for a person nobody listens for', async () => {
    const [device] = await connect(1);
    device!.subscribe('1', 'subscription { changes { seq } }');
    await sleep(100);
    device!.complete('1');
    await sleep(100);
    const statements = vi.spyOn(pg.Client.prototype, 'query');
    await createEntry();
    await sleep(100);
    expect(namesOf(statements)).toContain('insert-entry');
    expect(namesOf(statements)).not.toContain('read-page');
  });
});

type Statements = { mock: { calls: unknown[][] } };

const namesOf = ({ mock }: Statements) => mock.calls.map(([config]) => (config as { name?: string }).name);
