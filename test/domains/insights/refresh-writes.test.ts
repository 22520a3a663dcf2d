import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Silence } from '../../../src/analysis/silence.ts';
import type { NewInsight } from '../../../src/domains/insights/evidence.ts';
import { refreshInsights, type Findings } from '../../../src/domains/insights/refresh.ts';
import { sql } from '../../../src/platform/database/database.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client, type Entry } from '../../setup/client.ts';
import { exportJson } from '../imports/transfer.ts';

type Insight = {
  id: string;
  title: string;
  isActive: boolean;
  rating: string | null;
  ratedAt: string | null;
  retraction: { reason: string; message: string; at: string } | null;
};
const fields = 'id title isActive rating ratedAt retraction { reason message at }';

let app: App;
let person: Client;
let mood: string;
let entries: Entry[];
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());
beforeEach(async () => {
  person = await Client.register(app.url);
  mood = (await person.createMetric({ name: 'Mood' })).id;
  entries = await person.createEntries([1, 2, 3].map((value) => ({ metricId: mood, value })));
  await refresh([rising()]);
});

describe('a finding that no longer holds', () => {
  it('is retracted live: one change, which says why', async () => {
    await person.updateEntry(entries[0]!.id, { value: 9 });
    const seq = await person.seq();
    const device = person.subscribe<{ changes: object }>(
      `subscription { changes(after: ${seq}) { seq kind deviceId entity { ... on Insight { ${fields} } } } }`,
    );
    await refresh([], { reason: 'NOTHING_FOUND', missingDays: null });
    const message =
      'It no longer holds: 1 entry of Mood has been changed or deleted since, and it could no longer be told from chance.';
    const retraction = { reason: 'GROUND_CHANGED', message, at: expect.any(String) };
    const [{ changes }] = (await device.take(1)) as [{ changes: object }];
    expect(changes).toMatchObject({
      seq: seq + 1,
      kind: 'UPDATED',
      deviceId: null,
      entity: { isActive: false, retraction },
    });
    expect(await read()).toMatchObject({ isActive: false, retraction });
    await device.close();
  });

  it('tells edited, deleted and new entries apart, and overlooks notes and what came and went', async () => {
    await person.updateEntry(entries[0]!.id, { notes: 'only a note' });
    await person.updateEntry(entries[1]!.id, { value: 5 });
    await person.deleteEntry(entries[2]!.id);
    await person.createEntry({ metricId: mood });
    await person.deleteEntry((await person.createEntry({ metricId: mood })).id);
    const other = (await person.createMetric({ name: 'Other' })).id;
    await person.createEntry({ metricId: other });
    await refresh([]);
    expect((await read()).retraction?.message).toBe(
      'It no longer holds: 2 entries of Mood have been changed or deleted and 1 new one has come since.',
    );
  });

  it('counts from when its numbers were written, not from when it was first found', async () => {
    await person.updateEntry(entries[1]!.id, { value: 5 });
    await refresh([rising({ confidence: 0.8 })]);
    await person.createEntry({ metricId: mood });
    await refresh([]);
    expect((await read()).retraction?.message).toBe('It no longer holds: 1 new entry of Mood has come since.');
  });

  it.each([
    ['deleted', 'a metric it was about has been deleted'],
    ['archived', 'Mood has been archived'],
  ])('because its metric was %s says so, even when the analysis saw it in time', async (how, clause) => {
    const found = async (): Promise<Findings> => {
      await (how === 'deleted' ? person.deleteMetric(mood) : person.updateMetric(mood, { isActive: false }));
      return { insights: [rising()] };
    };
    await refreshInsights(person.userId, found);
    expect((await read()).retraction).toMatchObject({
      reason: 'METRIC_GONE',
      message: `It no longer holds: ${clause}.`,
    });
  });

  it('is taken up again when it holds again, under its id and without the retraction', async () => {
    const { id } = await read();
    await refresh([]);
    await refresh([rising()]);
    expect(await read()).toMatchObject({ id, isActive: true, retraction: null });
  });

  it('stays away when it holds again but was dismissed', async () => {
    const { id } = await read();
    await refresh([]);
    await person.graphql(`mutation { dismissInsight(id: "${id}") { id } }`);
    await refresh([rising()]);
    expect(await read()).toMatchObject({ id, isActive: false, retraction: null });
  });

  it('stands in an export with its reason, and without our bookkeeping', async () => {
    await refresh([]);
    const [insight] = (await exportJson(person)).insights;
    expect(insight).toMatchObject({ isActive: false, retractionReason: 'GROUND_CHANGED' });
    expect(insight).not.toHaveProperty('groundSeq');
    expect(insight).not.toHaveProperty('userId');
  });
});

describe('refreshing insights', () => {
  it.each(['that hold', 'that no longer hold'])('%s a second time writes nothing', async (which) => {
    const insights = which === 'that hold' ? [rising(), falling()] : [];
    await refresh(insights);
    const seq = await person.seq();
    await refresh(insights, { reason: 'TOO_FEW_DAYS', missingDays: 3 });
    await refresh(insights, { reason: 'CONSTANT', missingDays: null });
    expect(await person.seq()).toBe(seq);
  });

  it('leaves alone what the rest of the family has moved a little, and writes it once it has moved far', async () => {
    await refresh([related(0.0123)]);
    const seq = await person.seq();
    for (const q of [0.0124, 0.0125, 0.0121]) await refresh([related(q)]);
    expect(await person.seq()).toBe(seq);
    for (const q of [0.0126, 0.0128, 0.013, 0.0132]) await refresh([related(q)]);
    expect(await readChanges(seq)).toMatchObject([{ kind: 'UPDATED', snapshot: { title: related(0.013).title } }]);
  });

  it('writes an effect that has changed, however little', async () => {
    await refresh([related(0.0123)]);
    const seq = await person.seq();
    await refresh([related(0.0123, { coefficient: 0.41 })]);
    expect(await readChanges(seq)).toMatchObject([
      { kind: 'UPDATED', snapshot: { evidence: { coefficient: 0.41, qValue: 0.0123 } } },
    ]);
  });

  it('writes hundreds as one change each, numbered without a gap, each as it is in the database', async () => {
    const many = Array.from({ length: 130 }, (_, i) => rising({ key: `MANY:${i}`, title: `Mood is rising ${i}.` }));
    let seq = await person.seq();
    await refresh([rising(), ...many]);
    expect(await readChanges(seq)).toHaveLength(130);
    const [rated] = (await list(`first: 1`)) as [Insight];
    await person.graphql(`mutation { rateInsight(id: "${rated.id}", rating: HELPFUL) { id } }`);
    seq = await person.seq();
    await refresh([rising(), ...many.slice(0, 60).map((one) => ({ ...one, confidence: 0.5 }))]);
    const changes = await readChanges(seq);
    expect(changes.map((change) => change.seq)).toEqual(Array.from({ length: 130 }, (_, i) => seq + 1 + i));
    expect(new Set(changes.map(({ entityId }) => entityId)).size).toBe(130);
    expect(changes.filter(({ snapshot }) => snapshot.isActive)).toHaveLength(60);
    expect(changes.filter(({ snapshot }) => snapshot.rating === 'HELPFUL')).toHaveLength(1);
    const rows = new Map((await exportJson(person)).insights.map((row) => [row['id'], row]));
    for (const { entityId, snapshot } of changes) expect(rows.get(entityId)).toEqual(snapshot);
  });

  it('by several workers at once makes each insight once', async () => {
    const seq = await person.seq();
    await Promise.all(Array.from({ length: 5 }, () => refresh([rising(), falling()])));
    expect(await person.seq()).toBe(seq + 1);
    expect(await list()).toHaveLength(2);
  });

  it('writes for nobody whose account is gone', async () => {
    await expect(
      refreshInsights('01a1fd5a-5876-711d-bc74-3df1035d0bd0', async () => ({ insights: [rising()] })),
    ).resolves.toBeUndefined();
  });
});

describe('rating an insight', () => {
  const rate = async (id: string, rating: string) =>
    (
      await person.graphql<{ rateInsight: Insight }>(
        `mutation { rateInsight(id: "${id}", rating: ${rating}) { ${fields} } }`,
      )
    ).rateInsight;

  it('notes when, and can be done again', async () => {
    const { id, ratedAt } = await read();
    expect(ratedAt).toBeNull();
    const before = Date.now();
    const first = await rate(id, 'HELPFUL');
    expect(Date.parse(first.ratedAt!)).toBeGreaterThanOrEqual(before);
    const second = await rate(id, 'NOT_HELPFUL');
    expect(second.rating).toBe('NOT_HELPFUL');
    expect(Date.parse(second.ratedAt!)).toBeGreaterThanOrEqual(Date.parse(first.ratedAt!));
    expect(await read()).toEqual(second);
  });

  it('is fine for one that was retracted, and outlives its return', async () => {
    const { id } = await read();
    await refresh([]);
    const rated = await rate(id, 'ACTED_ON');
    expect(rated).toMatchObject({ rating: 'ACTED_ON', isActive: false, retraction: { reason: 'GROUND_CHANGED' } });
    await refresh([rising()]);
    expect(await read()).toMatchObject({ rating: 'ACTED_ON', ratedAt: rated.ratedAt, retraction: null });
  });
});

const refresh = (insights: NewInsight[], silence?: Silence): Promise<void> =>
  refreshInsights(person.userId, async () => ({
    insights,
    silences: silence && new Map([[rising().key, silence]]),
  }));

const rising = (overrides: Partial<NewInsight> = {}): NewInsight => ({
  type: 'TREND',
  key: `TREND:${mood}`,
  title: 'Mood is rising.',
  confidence: 0.99,
  range: { from: '2026-01-01', to: '2026-03-01' },
  metricIds: [mood],
  evidence: { kind: 'Trend', metricId: mood } as never,
  ...overrides,
});
const falling = (): NewInsight => rising({ key: 'OTHER', title: 'Mood is falling.' });

const related = (qValue: number, numbers: object = {}): NewInsight =>
  rising({
    title: `Mood goes along with it (r = 0.4, q = ${qValue}).`,
    confidence: 1 - qValue,
    evidence: { kind: 'Correlation', coefficient: 0.4, qValue, familySize: 20_000, ...numbers } as never,
  });

const readChanges = (after: number) =>
  sql.query<{ seq: number; kind: string; entityId: string; snapshot: { isActive: boolean; rating: string | null } }>(
    `SELECT seq::int, kind, entity_id AS "entityId", snapshot FROM changes WHERE user_id = $1::uuid AND seq > $2::int ORDER BY seq`,
    [person.userId, after],
  );

/** The insight that there was first. */
const read = async (): Promise<Insight> =>
  [...(await list('filter: { isActive: false }')), ...(await list())].find(({ title }) => title === rising().title)!;

async function list(parameters = ''): Promise<Insight[]> {
  const query = `{ insights${parameters && `(${parameters})`} { edges { node { ${fields} } } } }`;
  const { insights } = await person.graphql<{ insights: { edges: { node: Insight }[] } }>(query);
  return insights.edges.map(({ node }) => node);
}
