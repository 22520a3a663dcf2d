import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../src/kernel/ids.ts';
import { sql } from '../../../src/platform/database/database.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { invalidAt, refusalOf } from '../../setup/refusals.ts';

type Facts = { desired: string | null; isActionable: boolean };

let app: App;
let client: Client;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());
beforeEach(async () => {
  client = await Client.register(app.url);
});

const factsOf = async (id: string): Promise<Facts> =>
  (await client.graphql<{ metric: Facts }>('query ($id: ID!) { metric(id: $id) { desired isActionable } }', { id }))
    .metric;

describe('where a metric should go, and whether one can decide over it', () => {
  it.each([
    ['RATING', false],
    ['DURATION', true],
    ['BINARY', true],
    ['NUMBER', true],
    ['TEXT', false],
  ])('is open, and for type %s %s, when nothing is said', async (type, isActionable) => {
    const { id } = await client.createMetric({ type });
    expect(await factsOf(id)).toEqual({ desired: null, isActionable });
  });

  it('is what was said', async () => {
    const { id } = await client.createMetric({ type: 'RATING', desired: 'HIGHER', isActionable: true });
    expect(await factsOf(id)).toEqual({ desired: 'HIGHER', isActionable: true });
    const other = await client.createMetric({ type: 'NUMBER', desired: 'LOWER', isActionable: false });
    expect(await factsOf(other.id)).toEqual({ desired: 'LOWER', isActionable: false });
  });

  it('stays as it is when it is not named, and null clears only the direction', async () => {
    const { id } = await client.createMetric({ desired: 'HIGHER', isActionable: false });
    expect(await client.updateMetric(id, { name: 'Other' })).toMatchObject({ version: 2 });
    expect(await factsOf(id)).toEqual({ desired: 'HIGHER', isActionable: false });
    await client.updateMetric(id, { desired: 'LOWER', isActionable: true });
    expect(await factsOf(id)).toEqual({ desired: 'LOWER', isActionable: true });
    await client.updateMetric(id, { desired: null, isActionable: null });
    expect(await factsOf(id)).toEqual({ desired: null, isActionable: true });
  });

  it('has no meaning for words: they go nowhere', async () => {
    const input = { type: 'TEXT', desired: 'HIGHER' };
    expect(await refusalOf(client.createMetric(input))).toMatchObject(invalidAt('input', 'desired'));
    const { id } = await client.createMetric({ type: 'TEXT', desired: null, isActionable: true });
    expect(await refusalOf(client.updateMetric(id, { desired: 'LOWER' }))).toMatchObject(invalidAt('input', 'desired'));
    expect(await factsOf(id)).toEqual({ desired: null, isActionable: true });
  });

  it('is part of what the same id must say again', async () => {
    const input = { id: newId(), name: 'Sleep', desired: 'HIGHER' };
    const first = await client.createMetric(input);
    expect(await client.createMetric(input)).toEqual(first);
    expect(await refusalOf(client.createMetric({ ...input, desired: 'LOWER' }))).toMatchObject({
      code: 'CONFLICT',
      extensions: { current: { desired: 'HIGHER', isActionable: true } },
    });
  });

  it('reaches the devices with the change, and asks for an analysis', async () => {
    const { id } = await client.createMetric({ type: 'RATING' });
    await clearQueue();
    await client.updateMetric(id, { desired: 'LOWER' });
    const [change] = await client.replay<{ seq: number; entity: Facts }>(2, changeFields);
    expect(change!.entity).toEqual({ desired: 'LOWER', isActionable: false });
    const waiting = await sql.query(`SELECT FROM pgboss.job WHERE name = 'insights.refresh' AND singleton_key = $1`, [
      client.userId,
    ]);
    expect(waiting).toHaveLength(1);
  });

  it('is filled in for a metric that the log holds from before it was kept', async () => {
    for (const type of ['RATING', 'NUMBER']) await client.createMetric({ type });
    await sql.query(
      `UPDATE changes SET snapshot = snapshot - 'desired' - 'isActionable' WHERE user_id = $1::uuid AND entity_type = 'Metric'`,
      [client.userId],
    );
    expect((await client.replay<{ seq: number; entity: Facts }>(1, changeFields)).map(({ entity }) => entity)).toEqual([
      { desired: null, isActionable: false },
      { desired: null, isActionable: true },
    ]);
  });

  it('is checked by the database too', async () => {
    const { id } = await client.createMetric({ type: 'TEXT' });
    const write = (column: string) => sql.query(`UPDATE metrics SET ${column} WHERE id = $1::uuid`, [id]);
    await expect(write(`desired = 'HIGHER'`)).rejects.toMatchObject({ code: '23514' });
    await expect(write(`type = 'NUMBER', desired = 'UP'`)).rejects.toMatchObject({ code: '23514' });
    await expect(write('is_actionable = NULL')).rejects.toMatchObject({ code: '23502' });
  });

  it('stands in what is remembered of a metric', async () => {
    const { id } = await client.createMetric({ desired: 'HIGHER' });
    const [row] = await sql.query<{ snapshot: object }>(
      'SELECT metric_snapshot(m) AS snapshot FROM metrics m WHERE user_id = $1::uuid AND id = $2::uuid',
      [client.userId, id],
    );
    const [change] = await client.replay<{ seq: number }>(1);
    const [logged] = await sql.query<{ snapshot: object }>(
      'SELECT snapshot FROM changes WHERE user_id = $1::uuid AND seq = $2::int',
      [client.userId, change!.seq],
    );
    expect(row!.snapshot).toEqual(logged!.snapshot);
    expect(row!.snapshot).toMatchObject({ desired: 'HIGHER', isActionable: true });
  });
});

const changeFields = 'seq entity { ... on Metric { desired isActionable } }';

/** Forgets what the writes so far have asked for. */
async function clearQueue(): Promise<void> {
  await sql.query(`DELETE FROM pgboss.job WHERE name = 'insights.refresh'`);
  await sql.query('UPDATE change_heads SET follow_up_queued = false');
}
