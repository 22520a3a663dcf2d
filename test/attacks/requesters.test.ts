import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromDayNumber, toDayNumber } from '../../src/kernel/civil-time.ts';
import { sql } from '../../src/platform/database/database.ts';
import { drawAutoregressive, seedUniform } from '../analysis/noise.ts';
import {
  applyImport,
  exportCsv,
  exportJson,
  importCsv,
  importJson,
  readImport,
  settled,
} from '../domains/imports/transfer.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';

let app: App;
let owner: Client;
let asker: Client;

beforeAll(async () => {
  // Only what is asked for runs.
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '86400' });
  [owner, asker] = [await Client.register(app.url), await Client.register(app.url)];
});
afterAll(() => app.stop());

const mark = 'hush-hush';

/** 90 days of a trend that nobody could overlook. @returns the metric */
async function track(person: Client, name: string): Promise<string> {
  const { id } = await person.createMetric({ name });
  const noise = [...drawAutoregressive(90, 0.3, seedUniform(3))];
  const day = (i: number) => fromDayNumber(toDayNumber('2026-01-01') + i);
  await person.createEntries(
    noise.map((n, i) => ({ metricId: id, date: day(i), value: 80 - i * 0.1 + n, notes: name })),
  );
  return id;
}

/** Everything of somebody that a job could have touched. */
const stateOf = async (person: Client) => {
  const insights = '{ insights { edges { node { id title } } } metrics { edges { node { id name version } } } }';
  return JSON.stringify([(await exportJson(person)).entries, await person.graphql(insights), await person.seq()]);
};

describe('35: what works for somebody in the background', () => {
  let secret: string;
  beforeAll(async () => {
    secret = await track(owner, mark);
    await track(asker, 'Weight');
  });

  it('(an export) has their own rows alone, whichever metrics it is asked for', async () => {
    const chosen = { metricIds: [secret] };
    expect((await exportJson(owner, chosen)).entries).toHaveLength(90);
    expect(await exportCsv(owner, chosen)).toContain(mark);
    expect(await exportJson(asker, chosen)).toMatchObject({ metrics: [], entries: [] });
    for (const selection of [chosen, {}]) {
      expect(await exportCsv(asker, selection)).not.toContain(mark);
      expect(JSON.stringify(await exportJson(asker, selection))).not.toContain(mark);
    }
  });

  it('(an import) writes to their own account alone, be it of an export of somebody else', async () => {
    const before = await stateOf(owner);
    const file = await exportJson(owner);
    const { report } = await importJson(asker, file);
    expect(report!.rowsAccepted).toBe(91);
    expect((await exportJson(asker, { metricIds: [secret] })).entries).toHaveLength(90);
    expect(await stateOf(owner)).toBe(before);
  });

  it('(an import by name) finds no metric of somebody else', async () => {
    const before = await stateOf(owner);
    const stranger = await Client.register(app.url);
    const { id, report } = await importCsv(stranger, `date,metric,value\n2026-05-01,${mark},1\n`, false);
    expect(report!.newMetrics).toEqual([mark]);
    await applyImport(stranger, id);
    expect(await settled(stranger, id)).toMatchObject({ state: 'APPLIED' });
    expect(await readImport(owner, id)).toBeNull();
    expect(await stateOf(owner)).toBe(before);
  });

  it('(an analysis) reads and writes their own rows alone, and is seen by nobody else', async () => {
    const analyse = async (person: Client) => {
      const fields = 'id state finishedAt';
      const { refreshInsights: job } = await person.graphql<{ refreshInsights: { id: string } }>(
        `mutation { refreshInsights { ${fields} } }`,
      );
      const read = `query ($id: ID!) { job(id: $id) { ${fields} } }`;
      const stateAs = async (who: Client) =>
        (await who.graphql<{ job: { state: string } | null }>(read, { id: job.id })).job?.state;
      expect(await stateAs(person === owner ? asker : owner)).toBeUndefined();
      await expect.poll(() => stateAs(person), { timeout: 30_000 }).toBe('DONE');
      return job.id;
    };
    const before = await stateOf(owner);
    const plain = await Client.register(app.url);
    await track(plain, 'Steps');
    await analyse(plain);
    const found = await plain.graphql<{ insights: { edges: object[] } }>('{ insights { edges { node { title } } } }');
    expect(found.insights.edges.length).toBeGreaterThan(0);
    expect(JSON.stringify(found)).not.toContain(mark);
    expect(await stateOf(owner)).toBe(before);
    await analyse(owner);
    const others = await sql.query(
      `SELECT 1 AS one FROM insights i, unnest(i.metric_ids) AS named (id)
       WHERE NOT EXISTS (SELECT FROM metrics m WHERE m.user_id = i.user_id AND m.id = named.id)`,
    );
    expect(others).toEqual([]);
    expect(await stateOf(owner)).not.toBe(before);
  });
});
