import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyEntity, SyncClient, Write } from '../../../clients/typescript/src/index.ts';
import type { OperationAction } from '../../../clients/typescript/src/operations.ts';
import { actions, entryIds, metricIds, newEntry } from './arbitraries.ts';
import { Device } from './device.ts';
import { FakeServer } from './fake-server.ts';

const events = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('said' as const), action: actions.map(({ action }) => action) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('elsewhere' as const),
      id: fc.constantFrom(...entryIds),
      value: fc.nat(9),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('deleted elsewhere' as const), id: fc.constantFrom(...entryIds) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('time' as const), milliseconds: fc.nat(3) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        ...([
          'cut',
          'down',
          'up',
          'silent',
          'heard',
          'lost reply',
          'unavailable',
          'compacted',
          'expired',
          'closed in peace',
        ] as const),
      ),
    }),
  },
);
type Event = typeof events extends fc.Arbitrary<infer Each> ? Each : never;

/** Does what an action says, by the method an app would call. */
function say(client: SyncClient, action: OperationAction): Write {
  if ('createEntry' in action) return client.createEntry(action.createEntry);
  if ('updateEntry' in action)
    return client.updateEntry(action.updateEntry.id, action.updateEntry.input, action.updateEntry);
  if ('deleteEntry' in action) return client.deleteEntry(action.deleteEntry.id, action.deleteEntry);
  if ('updateMetric' in action)
    return client.updateMetric(action.updateMetric.id, action.updateMetric.input, action.updateMetric);
  if ('deleteMetric' in action) return client.deleteMetric(action.deleteMetric.id, action.deleteMetric);
  throw new Error('no action of this test');
}

async function happen(server: FakeServer, event: Event): Promise<void> {
  const { faults } = server;
  const doings: Record<Exclude<Event['kind'], 'said'>, () => unknown> = {
    elsewhere: () => 'value' in event && writeElsewhere(server, event.id, event.value),
    'deleted elsewhere': () =>
      'id' in event && server.entities.has(`Entry/${event.id}`) && server.write('Entry', event.id, null),
    time: () => new Promise((resolve) => setTimeout(resolve, 'milliseconds' in event ? event.milliseconds : 0)),
    cut: () => server.cut(),
    'closed in peace': () => server.cut(1000),
    down: () => {
      faults.isDown = true;
      server.cut();
    },
    up: () => (faults.isDown = false),
    silent: () => (faults.isSilent = true),
    heard: () => hear(server),
    'lost reply': () => (faults.lostReplies += 1),
    unavailable: () => (faults.refusals = { code: 'UNAVAILABLE', left: 1 }),
    compacted: () => server.compact(),
    expired: () => server.expireToken(),
  };
  if (event.kind !== 'said') await doings[event.kind]();
}

function hear(server: FakeServer): void {
  server.faults.isSilent = false;
  server.deliver();
}

const writeElsewhere = (server: FakeServer, id: string, value: number) =>
  server.entities.has('Metric/metric-1') && server.writeEntry(id, { value, number: value });

function newServer(): FakeServer {
  const server = new FakeServer();
  for (const id of metricIds) server.write('Metric', id, { id, name: id, type: 'NUMBER', version: 1 });
  server.writeEntry(newEntry('entry-1', 'metric-1').id);
  return server;
}

describe('whatever comes between', () => {
  it('a device ends with what the server has, and the server with each operation once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(events, { maxLength: 40 }), async (given) => {
        const server = newServer();
        const device = await Device.open(server);
        const { client } = device;
        const mirror = new Map<string, AnyEntity | null>();
        client.onChange((changes) => {
          for (const { id, before, after } of changes) {
            expect(mirror.get(id) ?? null).toEqual(before);
            mirror.set(id, after);
          }
        });
        const writes: Write[] = [];
        for (const event of given) {
          if (event.kind === 'said') writes.push(say(client, event.action));
          else await happen(server, event);
        }
        server.faults.isDown = false;
        hear(server);
        const outcomes = await Promise.all(writes.map(({ outcome }) => outcome));
        await device.inStep(server);

        for (const type of ['Metric', 'Entry'] as const) {
          expect(client.list(type)).toEqual(server.list(type));
          for (const entity of client.list(type)) expect(mirror.get(entity.id)).toEqual(entity);
        }
        const arrived = [...new Set(server.batches.flat())];
        expect(arrived).toEqual(writes.map(({ operationId }) => operationId));
        const refused = outcomes.filter(({ status }) => status !== 'APPLIED').map(({ operationId }) => operationId);
        expect(device.conflicts.map(({ operation }) => operation.id)).toEqual(refused);
        await client.close();
      }),
      { numRuns: 150, timeout: 5000 },
    );
  }, 120_000);
});
