import { setImmediate as nextTurn, setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readCached } from '../../src/changes/cached-reads.ts';
import { writeChanges } from '../../src/changes/write-changes.ts';
import { createEntries, createEntry, deleteEntry, updateEntry } from '../../src/domains/entries/entries.ts';
import { createMetric, deleteMetric, updateMetric } from '../../src/domains/metrics/metrics.ts';
import { UnauthenticatedError } from '../../src/kernel/errors.ts';
import { newId } from '../../src/kernel/ids.ts';
import type { Viewer } from '../../src/kernel/viewer.ts';
import { sql } from '../../src/platform/database/database.ts';
import { importCsv, settled, undoImport } from '../domains/imports/transfer.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client, goodPassword } from '../setup/client.ts';

describe('reading from the cache', () => {
  let app: App;
  let client: Client;
  let viewer: Viewer;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());
  beforeEach(async () => {
    client = await Client.register(app.url);
    viewer = viewerOf(client);
  });

  it('shows every acknowledged write in the next read, however reads and writes meet', async () => {
    const step = fc.record({ action: fc.constantFrom(...actions), readers: fc.integer({ min: 0, max: 3 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const writer = createWriter(viewerOf(await Client.register(app.url)));
        const strays: Promise<unknown>[] = [];
        for (const { action, readers } of steps) {
          for (let i = 0; i < readers; i++) strays.push(readTotal(writer.viewer, { slowly: i % 2 === 1 }));
          if (readers === 1) await nextTurn();
          await writer[action]();
          const answers = await Promise.all([readTotal(writer.viewer), readTotal(writer.viewer)]);
          expect(answers).toEqual([writer.total(), writer.total()]);
        }
        await Promise.all(strays);
        expect(await readTotal(writer.viewer)).toBe(writer.total());
      }),
      { numRuns: 25 },
    );
  });

  it('never gives less than what was acknowledged before the read began, while others write', async () => {
    const metricId = (await createMetric(viewer, { name: 'Steps', type: 'NUMBER' })).id;
    let acknowledged = 0;
    const write = async () => {
      for (let i = 0; i < 60; i++) {
        await createEntry(viewer, { metricId, date: '2026-11-21', value: 1 });
        acknowledged += 1;
      }
    };
    const read = async () => {
      for (let i = 0; i < 60; i++) {
        const atLeast = acknowledged;
        expect(await readTotal(viewer, { slowly: i % 5 === 0 })).toBeGreaterThanOrEqual(atLeast);
      }
    };
    await Promise.all([write(), write(), read(), read(), read()]);
    expect(await readTotal(viewer)).toBe(120);
  });

  it('computes once for twenty who ask at the same time, and not at all for those who come after', async () => {
    const compute = vi.fn<() => Promise<object>>(async () => {
      await nextTurn();
      return {};
    });
    const ask = () => readCached(viewer, 'once', ['Entry'], compute);
    const answers = await Promise.all(Array.from({ length: 20 }, ask));
    answers.push(await ask());
    expect(compute).toHaveBeenCalledTimes(1);
    expect(new Set(answers).size).toBe(1);
  });

  it('computes once for twenty who ask at the same time after a change', async () => {
    const compute = vi.fn<() => Promise<null>>(async () => null);
    const ask = () => readCached(viewer, 'again', ['Entry'], compute);
    await ask();
    await recordDeletion(viewer, 'Entry');
    await Promise.all(Array.from({ length: 20 }, ask));
    expect(compute).toHaveBeenCalledTimes(2);
  });

  it('keeps an answer through changes of other types, however many', async () => {
    const compute = vi.fn<() => Promise<null>>(async () => null);
    const ask = () => readCached(viewer, 'other types', ['Entry', 'Metric'], compute);
    await ask();
    for (let i = 0; i < 3; i++) {
      await recordDeletion(viewer, 'Insight', 'Import', 'User');
      await ask();
    }
    expect(compute).toHaveBeenCalledTimes(1);
    await recordDeletion(viewer, 'Insight', 'Metric', 'User');
    await ask();
    expect(compute).toHaveBeenCalledTimes(2);
  });

  it('does not take an answer for newer than what it saw when a change arrives while it is computed', async () => {
    const { gate, open } = createGate();
    let computed = 0;
    const compute = async () => (computed += 1);
    const early = readCached(viewer, 'during', ['Entry'], async () => {
      await gate;
      return compute();
    });
    const companion = readCached(viewer, 'during', ['Entry'], compute);
    // By now both have asked the log, and wait for the one computation.
    await sql.query('SELECT 1');
    await recordDeletion(viewer, 'Entry');
    const late = readCached(viewer, 'during', ['Entry'], compute);
    expect(await late).toBe(1);
    open();
    expect(await Promise.all([early, companion])).toEqual([2, 2]);
    // The late computation began after the change and stays; the early one, though it ended last, does not replace it.
    expect(await readCached(viewer, 'during', ['Entry'], compute)).toBe(1);
  });

  it('lets nobody join a computation that began before a change they know of', async () => {
    let computed = 0;
    const ask = () => readCached(viewer, 'joining', ['Entry'], async () => (computed += 1));
    // All three wait for the one connection, in this order: the second asks about no answer, and then finds one.
    const answers = [ask(), appendChange(viewer), ask()];
    expect(await Promise.all(answers)).toEqual([1, undefined, 2]);
  });

  it('computes again after a change that arrived during the computation, when nobody asked meanwhile', async () => {
    const { gate, open } = createGate();
    const early = readCached(viewer, 'meanwhile', ['Entry'], async () => {
      await gate;
      return 'early';
    });
    await sql.query('SELECT 1');
    await recordDeletion(viewer, 'Entry');
    open();
    expect(await early).toBe('early');
    expect(await readCached(viewer, 'meanwhile', ['Entry'], async () => 'late')).toBe('late');
  });

  it('shares a failure with those who wait for it, and tries again for the next', async () => {
    const { gate, open } = createGate();
    const compute = vi.fn<() => Promise<string>>(async () => 'well');
    compute.mockImplementationOnce(async () => {
      await gate;
      throw new Error('on purpose');
    });
    const ask = () => readCached(viewer, 'failing', ['Entry'], compute);
    const asking = [ask(), ask(), ask()];
    await sql.query('SELECT 1');
    open();
    const outcomes = await Promise.allSettled(asking);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await ask()).toBe('well');
    expect(compute).toHaveBeenCalledTimes(2);
  });

  it('takes a computation that throws at once for one that fails', async () => {
    const ask = (compute: () => Promise<string>) => readCached(viewer, 'throwing', ['Entry'], compute);
    await expect(
      ask(() => {
        throw new Error('on purpose');
      }),
    ).rejects.toThrow('on purpose');
    expect(await ask(async () => 'well')).toBe('well');
  });

  it('gives nobody the answer of another person, question or set of types', async () => {
    const stranger = viewerOf(await Client.register(app.url));
    const read = (who: Viewer, key: string, types: string[]) =>
      readCached(who, key, types, async () => [who.userId, key, types.length]);
    const questions = [viewer, stranger].flatMap((who) =>
      ['a', 'b'].flatMap((key) => [['Entry'], ['Entry', 'Metric']].map((types) => [who, key, types] as const)),
    );
    for (let round = 0; round < 2; round++) {
      const answers = await Promise.all(questions.map(([who, key, types]) => read(who, key, types)));
      expect(answers).toEqual(questions.map(([who, key, types]) => [who.userId, key, types.length]));
    }
  });

  it('serves all devices of one person from one answer', async () => {
    const compute = vi.fn<() => Promise<null>>(async () => null);
    await readCached(viewer, 'devices', ['Entry'], compute);
    await readCached({ ...viewer, deviceId: null }, 'devices', ['Entry'], compute);
    expect(compute).toHaveBeenCalledTimes(1);
  });

  it('gives nothing for an account that is gone', async () => {
    const ask = () => readCached(viewer, 'gone', ['Entry'], async () => 'theirs');
    await ask();
    await client.graphql('mutation ($password: String!) { deleteAccount(password: $password) }', {
      password: goodPassword,
    });
    await expect(ask()).rejects.toThrow(UnauthenticatedError);
  });

  it('does not believe an answer of a number the log has not reached, as after a restore', async () => {
    let computed = 0;
    const ask = () => readCached(viewer, 'restored', ['Entry'], async () => (computed += 1));
    await recordDeletion(viewer, 'Entry', 'Entry', 'Entry');
    expect(await ask()).toBe(1);
    await sql.query('DELETE FROM changes WHERE user_id = $1::uuid AND seq > 1', [viewer.userId]);
    await sql.query('UPDATE change_heads SET seq = 1 WHERE user_id = $1::uuid', [viewer.userId]);
    expect(await ask()).toBe(2);
    expect(await ask()).toBe(2);
  });

  it('does not keep more than its memory allows', async () => {
    const compute = vi.fn<() => Promise<Float64Array>>(async () => new Float64Array(3_000_000));
    const ask = (key: string) => readCached(viewer, key, ['Entry'], compute);
    for (const key of ['first', 'second', 'third', 'second', 'third', 'first']) await ask(key);
    // 24 MB each: two of them stay, so that only the first has to be computed a second time.
    expect(compute).toHaveBeenCalledTimes(4);
  });

  it('sees what an import brings, and what undoing it takes away', async () => {
    await client.createMetric({ name: 'Steps' });
    await readTotal(viewer);
    const { id } = await importCsv(client, 'date,Steps\n2026-01-01,5\n2026-01-02,7\n');
    expect(await readTotal(viewer)).toBe(12);
    await undoImport(client, id);
    await settled(client, id);
    expect(await readTotal(viewer)).toBe(0);
  });
});

const actions = ['create', 'createMany', 'update', 'remove', 'rename', 'removeMetric', 'writeAtOnce'] as const;

type Writer = Record<(typeof actions)[number], () => Promise<unknown>> & { viewer: Viewer; total: () => number };

/** Somebody who writes, and knows what the sum of all their values must be. */
function createWriter(viewer: Viewer): Writer {
  const values = new Map<string, number>();
  let metric: Promise<{ id: string }> | undefined;
  const metricId = async () => (await (metric ??= createMetric(viewer, { name: 'Steps', type: 'NUMBER' }))).id;
  const make = async (value: number) => ({ id: newId(), metricId: await metricId(), date: '2026-11-21', value });
  const writer: Writer = {
    viewer,
    total: () => [...values.values()].reduce((sum, value) => sum + value, 0),
    create: async () => {
      const entry = await make(values.size + 1);
      await createEntry(viewer, entry);
      values.set(entry.id, entry.value);
    },
    createMany: async () => {
      const entries = await Promise.all([1, 2, 3].map(make));
      await createEntries(viewer, entries);
      for (const { id, value } of entries) values.set(id, value);
    },
    update: async () => {
      const id = [...values.keys()].at(-1);
      if (!id) return writer.create();
      await updateEntry(viewer, id, { value: 1000 });
      values.set(id, 1000);
    },
    remove: async () => {
      const id = [...values.keys()][0];
      if (!id) return;
      await deleteEntry(viewer, id);
      values.delete(id);
    },
    rename: async () => updateMetric(viewer, await metricId(), { name: `Steps ${values.size}` }),
    removeMetric: async () => {
      await deleteMetric(viewer, await metricId());
      metric = undefined;
      values.clear();
    },
    writeAtOnce: async () => {
      await metricId();
      await Promise.all([writer.create(), writer.createMany(), writer.rename(), writer.create()]);
    },
  };
  return writer;
}

const readTotal = (viewer: Viewer, { slowly } = { slowly: false }): Promise<number> =>
  readCached(viewer, 'total', ['Entry'], async () => {
    const [row] = await sql.query<{ total: number }>(
      'SELECT coalesce(sum(number), 0) AS total FROM entries WHERE user_id = $1::uuid',
      [viewer.userId],
    );
    // What was read is old by the time it is handed out.
    if (slowly) await setTimeout(2);
    return row!.total;
  });

const recordDeletion = (viewer: Viewer, ...entityTypes: string[]): Promise<void> =>
  writeChanges(viewer, (tx) =>
    tx.record(
      ...entityTypes.map((entityType) => ({ kind: 'DELETED' as const, entityType, entityId: newId(), snapshot: null })),
    ),
  );

/** A change in one statement, which takes its place in the queue for the connection at once. */
const appendChange = async ({ userId }: Viewer): Promise<void> =>
  void (await sql.query(
    `WITH head AS (UPDATE change_heads SET seq = seq + 1 WHERE user_id = $1::uuid RETURNING seq)
     INSERT INTO changes (user_id, seq, kind, entity_type, entity_id) SELECT $1::uuid, seq, 'DELETED', 'Entry', $2::uuid FROM head`,
    [userId, newId()],
  ));

const viewerOf = ({ session }: Client): Viewer => ({ userId: session!.user.id, deviceId: session!.device.id });

function createGate(): { gate: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { gate: promise, open: resolve };
}
