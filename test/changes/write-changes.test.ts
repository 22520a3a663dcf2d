import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { onWakeUp } from '../../src/changes/wake-ups.ts';
import { writeChanges } from '../../src/changes/write-changes.ts';
import { UnauthenticatedError } from '../../src/kernel/errors.ts';
import { newId } from '../../src/kernel/ids.ts';
import type { Viewer } from '../../src/kernel/viewer.ts';
import { sql } from '../../src/platform/database/database.ts';
import { startApp, type App } from '../setup/app.ts';
import { numbersTo } from '../setup/changes.ts';
import { Client } from '../setup/client.ts';

describe('writing changes', () => {
  let app: App;
  let client: Client;
  let viewer: Viewer;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());
  beforeEach(async () => {
    client = await Client.register(app.url);
    viewer = { userId: client.userId, deviceId: client.session!.device.id };
  });

  const record = (count: number, fails = false) =>
    writeChanges(viewer, async (tx) => {
      await tx.record(
        ...Array.from({ length: count }, () => ({
          kind: 'DELETED' as const,
          entityType: 'Entry',
          entityId: newId(),
          snapshot: null,
        })),
      );
      if (fails) throw new Error('on purpose');
    });

  it('numbers changes without gaps, however many writers there are and however many of them fail', async () => {
    const writes = Array.from({ length: 30 }, (_, i) => record(1 + (i % 3), i % 4 === 0));
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.filter((outcome) => outcome.status === 'rejected')).toHaveLength(8);
    const log = await client.replay();
    const expected = outcomes.reduce((sum, outcome, i) => sum + (outcome.status === 'fulfilled' ? 1 + (i % 3) : 0), 1);
    expect(log.map((line) => line.seq)).toEqual(numbersTo(expected));
    expect(await client.seq()).toBe(expected);
  });

  it('leaves neither rows nor numbers nor a wake-up behind when the work fails', async () => {
    const listen = vi.fn<(seq: number) => void>();
    const stop = onWakeUp(viewer.userId, listen);
    await expect(record(2, true)).rejects.toThrow('on purpose');
    expect(await client.seq()).toBe(1);
    expect(listen).not.toHaveBeenCalled();
    await record(2);
    expect(listen).toHaveBeenLastCalledWith(3);
    stop();
  });

  it('wakes only after the commit: whoever is woken finds the change', async () => {
    const found: Promise<object[]>[] = [];
    const stop = onWakeUp(viewer.userId, (seq) => {
      found.push(sql.query('SELECT FROM changes WHERE user_id = $1::uuid AND seq = $2::int', [viewer.userId, seq]));
    });
    const metric = await client.createMetric();
    await client.createEntry({ metricId: metric.id });
    stop();
    expect(await Promise.all(found)).toEqual([[{}], [{}]]);
  });

  it('is refused for an account that is gone', async () => {
    await client.graphql('mutation { deleteAccount(password: "correct horse battery staple") }');
    await expect(record(1)).rejects.toThrow(UnauthenticatedError);
  });
});
