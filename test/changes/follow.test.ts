import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { PubSub } from 'graphql-subscriptions';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Change } from '../../src/changes/change.ts';
import { compactLog } from '../../src/changes/compaction.ts';
import { followChanges } from '../../src/changes/follow.ts';
import { readHead } from '../../src/changes/replay.ts';
import { createEntries, createEntry, deleteEntry, updateEntry } from '../../src/domains/entries/entries.ts';
import { createMetric, deleteMetric } from '../../src/domains/metrics/metrics.ts';
import type { Viewer } from '../../src/kernel/viewer.ts';
import { startApp, type App } from '../setup/app.ts';
import { numbersTo } from '../setup/changes.ts';
import { Client, within } from '../setup/client.ts';

const heartbeatSeconds = 0.3;

describe('following a change log', () => {
  let app: App;

  beforeAll(async () => {
    app = await startApp({ HEARTBEAT_SECONDS: `${heartbeatSeconds}` });
  });
  afterAll(() => app.stop());
  afterEach(() => vi.restoreAllMocks());

  it('gives every follower every change after its number once and in order, whatever is written and lost', async () => {
    const step = fc.record({
      action: fc.constantFrom(...actions),
      follow: fc.option(fc.nat(), { freq: 2 }),
      dropsWakeUp: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 15 }), async (steps) => {
        const writer = await createWriter(app);
        const state = { drops: false };
        muteBus(() => state.drops);
        const followers: Follower[] = [];
        for (const { action, follow, dropsWakeUp } of steps) {
          state.drops = dropsWakeUp;
          if (follow !== null)
            followers.push(startFollower(writer.viewer, follow % ((await readHead(writer.viewer.userId)) + 1)));
          await writer[action]();
        }
        const head = await readHead(writer.viewer.userId);
        for (const { after, seen, stop } of followers) {
          await expect.poll(() => seen.at(-1) ?? after, { timeout: 5000, interval: 5 }).toBe(head);
          expect(seen).toEqual(numbersTo(head).slice(after));
          await stop();
        }
      }),
      { numRuns: 25 },
    );
  });

  it('begins with what comes from now on when no number is given', async () => {
    const writer = await createWriter(app);
    await writer.createOne();
    const { seen, stop } = startFollower(writer.viewer, null);
    await sleep(50);
    await writer.createOne();
    await expect.poll(() => seen).toEqual([4]);
    await stop();
  });

  it('lets a follower that stood still for longer than memory reaches catch up from the log', async () => {
    const writer = await createWriter(app);
    const leave = new AbortController();
    const changes = followChanges(writer.viewer.userId, 0, leave.signal);
    expect((await changes.next()).value?.seq).toBe(1);
    for (let i = 0; i < 13; i++) await writer.createHundred();
    const seen = [1];
    while (seen.length < 1302) seen.push(((await changes.next()).value as Change).seq);
    expect(seen).toEqual(numbersTo(1302));
    leave.abort();
  });

  it('ends with the reason when the log is compacted past a follower that stood still', async () => {
    const writer = await createWriter(app);
    for (let i = 0; i < 5; i++) await writer.createHundred();
    const leave = new AbortController();
    const changes = followChanges(writer.viewer.userId, 0, leave.signal);
    const seen = [(await changes.next()).value!.seq];
    await writer.deleteAll();
    await compactLog(writer.viewer.userId, new Date(Date.now() + 60_000), ['Metric']);
    const readOn = async () => {
      for await (const { seq } of changes) seen.push(seq);
    };
    await expect(readOn()).rejects.toMatchObject({ code: 'CONFLICT', details: { reason: 'LOG_COMPACTED' } });
    expect(seen).toEqual(numbersTo(seen.length));
    expect(seen.length).toBeLessThan(502);
    leave.abort();
  });

  it('heals lost wake-ups within the heartbeat', async () => {
    const writer = await createWriter(app);
    muteBus(() => true);
    const { seen, stop } = startFollower(writer.viewer, 2);
    await sleep(50);
    await writer.createOne();
    await expect.poll(() => seen, { timeout: 5000, interval: 5 }).toEqual([3]);
    await stop();
  });

  it('wakes at once, not at the heartbeat, when the bus works', async () => {
    const writer = await createWriter(app);
    const { seen, stop } = startFollower(writer.viewer, 2);
    await sleep(50);
    const delays: number[] = [];
    for (let seq = 3; seq < 13; seq++) {
      await writer.createOne();
      const begin = performance.now();
      while (seen.at(-1) !== seq) await nextTurn();
      delays.push(performance.now() - begin);
    }
    // By the heartbeat alone each would take the whole of it: the next is written right after the last one came.
    expect(delays.toSorted((a, b) => a - b)[5]).toBeLessThan(heartbeatSeconds * 500);
    await stop();
  });

  it('ends at once when the follower leaves while nothing happens', async () => {
    const writer = await createWriter(app);
    const { stop, ended } = startFollower(writer.viewer, 2);
    await sleep(20);
    void stop();
    await expect(within(1000, ended, () => 'the follower was not let go')).resolves.toBeUndefined();
  });

  it('never shows the changes of somebody else', async () => {
    const [mine, theirs] = [await createWriter(app), await createWriter(app)];
    const { seen, userIds, stop } = startFollower(mine.viewer, 0);
    for (let i = 0; i < 5; i++) {
      await theirs.createOne();
      await mine.createOne();
    }
    await expect.poll(() => seen).toEqual(numbersTo(7));
    expect(userIds.size).toBe(1);
    await stop();
  });
});

const actions = ['createOne', 'createHundred', 'updateOne', 'deleteOne', 'deleteAll', 'writeAtOnce'] as const;

type Writer = Record<(typeof actions)[number], () => Promise<unknown>> & { viewer: Viewer };

/** A person who writes: their account is change 1, their metric change 2. */
async function createWriter(app: App): Promise<Writer> {
  const { session } = await Client.register(app.url);
  const viewer: Viewer = { userId: session!.user.id, deviceId: session!.device.id };
  let metricId = (await createMetric(viewer, { name: 'Steps', type: 'NUMBER' })).id;
  const make = () => ({ metricId, date: '2026-11-21', value: 1 });
  const writer: Writer = {
    viewer,
    createOne: () => createEntry(viewer, make()),
    createHundred: () => createEntries(viewer, Array.from({ length: 100 }, make)),
    updateOne: async () => updateEntry(viewer, (await createEntry(viewer, make())).id, { value: 2 }),
    deleteOne: async () => deleteEntry(viewer, (await createEntry(viewer, make())).id),
    deleteAll: async () => {
      await deleteMetric(viewer, metricId);
      metricId = (await createMetric(viewer, { name: 'Steps', type: 'NUMBER' })).id;
    },
    writeAtOnce: () =>
      Promise.all([writer.createOne(), writer.updateOne(), writer.createHundred(), writer.deleteOne()]),
  };
  return writer;
}

type Follower = {
  after: number;
  seen: number[];
  userIds: Set<string>;
  ended: Promise<void>;
  stop: () => Promise<void>;
};

function startFollower({ userId }: Viewer, after: number | null): Follower {
  const leave = new AbortController();
  const seen: number[] = [];
  const userIds = new Set<string>();
  const follow = async () => {
    for await (const change of followChanges(userId, after, leave.signal)) {
      seen.push(change.seq);
      if (change.entityType === 'User') userIds.add(change.entityId);
      // Some followers are slow: they must not lose what happens meanwhile.
      if (change.seq % 7 === 0) await nextTurn();
    }
  };
  const ended = follow();
  const stop = async () => {
    leave.abort();
    await ended;
  };
  return { after: after ?? 0, seen, userIds, ended, stop };
}

/** Loses the wake-ups that the condition says. */
function muteBus(isMute: () => boolean): void {
  vi.restoreAllMocks();
  const publish = PubSub.prototype.publish;
  vi.spyOn(PubSub.prototype, 'publish').mockImplementation(async function (this: PubSub, ...message) {
    if (!isMute()) await publish.apply(this, message);
  });
}
