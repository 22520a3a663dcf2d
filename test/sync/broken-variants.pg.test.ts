import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { sql } from '../../src/platform/database/database.ts';
import { hasServers } from '../setup/database.ts';
import { runBatch, type BatchOptions } from './batch.ts';
import { installClocks } from './clock.ts';
import type { History } from './history.ts';
import { settle } from './judgement.ts';
import { readLines } from './people.ts';
import { seeded } from './seeded.ts';
import { World } from './world.ts';

/** A few histories, enough to show that something is wrong with at least one of them. */
const people = 6;

describe.skipIf(!hasServers())('the judgement of histories', () => {
  let world: World;
  let restoreClocks: () => void;

  beforeAll(async () => {
    restoreClocks = installClocks();
    world = await World.create(seeded(1));
  });
  afterAll(async () => {
    await world?.stop();
    restoreClocks?.();
  });

  const complaintsOf = async (broken: Partial<BatchOptions>): Promise<string> => {
    const { wrong } = await runBatch(world, { seed: 7, people, isFair: true, ...broken });
    return wrong.join('\n');
  };

  it('is content with histories of devices and servers that are right', { timeout: 120_000 }, async () => {
    expect(await complaintsOf({})).toBe('');
  });

  it('notices a device that skips changes', { timeout: 120_000 }, async () => {
    const distort = (commit: Parameters<NonNullable<NonNullable<BatchOptions['defect']>['distort']>>[0]) => {
      if (!commit.received || commit.received.isWhole) return commit;
      return { ...commit, received: { ...commit.received, entities: commit.received.entities.slice(1) } };
    };
    expect(await complaintsOf({ defect: { distort } })).toMatch(/the store of A has .* the log as/);
  });

  it('notices a device that sends operations again under new ids', { timeout: 120_000 }, async () => {
    const forge = (operations: { id: string; action: object }[], isAgain: boolean) =>
      isAgain ? operations.map(({ action }) => ({ id: newId(), action })) : operations;
    expect(await complaintsOf({ defect: { forge } })).toMatch(
      /an operation that nobody made|was answered and never made/,
    );
  });

  it('notices a line that is missing in the log', { timeout: 120_000 }, async () => {
    const spoil = async ({ person }: { person: { id: string } }) => {
      await sql.query('DELETE FROM changes WHERE user_id = $1::uuid AND seq = 4', [person.id]);
    };
    expect(await complaintsOf({ spoil })).toMatch(/the log has never had 4|could not be judged/);
  });

  it('notices a write that came twice, and one that came to something else', { timeout: 120_000 }, async () => {
    const repeat = async ({ person }: { person: { id: string } }) => {
      await sql.query(
        `WITH head AS (UPDATE change_heads SET seq = seq + 1 WHERE user_id = $1::uuid RETURNING seq)
         INSERT INTO changes (user_id, seq, kind, entity_type, entity_id, snapshot, device_id)
         SELECT c.user_id, head.seq, 'UPDATED', c.entity_type, c.entity_id, c.snapshot, c.device_id
         FROM head, changes c WHERE c.user_id = $1::uuid AND c.seq = head.seq - 1`,
        [person.id],
      );
    };
    expect(await complaintsOf({ spoil: repeat })).toMatch(/nobody made the lines/);
    const alter = async ({ person }: { person: { id: string } }) => {
      await sql.query(
        `UPDATE changes SET snapshot = snapshot || '{"unit": "miles"}' WHERE user_id = $1::uuid AND seq = 2`,
        [person.id],
      );
    };
    expect(await complaintsOf({ spoil: alter })).toMatch(/2 says .*miles/);
  });
  it('notices a plain mutation that was acknowledged and not done', { timeout: 120_000 }, async () => {
    const pretend = async ({ witness, person }: History) => {
      const { entityId: id } = (await readLines(person.id)).find(({ entityType }) => entityType === 'Metric')!;
      const request = witness.calls('App', person.sessionIds.at(-1)!, { deleteMetric: { id } });
      witness.isAnswered(request, { data: id }, true);
    };
    expect(await complaintsOf({ spoil: pretend })).toMatch(/the log does not have what App was told/);
  });
  it(
    'notices an undo that sets back all fields, and is content with one that does not',
    { timeout: 120_000 },
    async () => {
      const undoBy = (setsBack: object) => async (history: History) => {
        const { app } = history;
        const [entry, metric] = [newId(), newId()];
        app.call({ createMetric: { id: metric, name: 'Steps', type: 'NUMBER' } });
        app.call({ createEntry: { id: entry, metricId: metric, date: '2026-11-21', value: 1 } });
        app.call({ updateEntry: { id: entry, input: { notes: 'noted' } } });
        app.call({ updateEntry: { id: entry, input: { tags: ['later'] } } });
        await app.becomeIdle();
        const head = await history.clients()[0]!.seq();
        app.forge = async (_, ask) => {
          await ask({ updateEntry: { id: entry, input: setsBack } });
          return { data: { seq: head + 1 } };
        };
        app.call({ undo: { seq: head - 1 } });
        await app.becomeIdle();
        await settle(history);
      };
      expect(await complaintsOf({ spoil: undoBy({ notes: null }) })).toBe('');
      expect(await complaintsOf({ spoil: undoBy({ notes: null, tags: [] }) })).toMatch(/nobody made the lines/);
    },
  );
});
