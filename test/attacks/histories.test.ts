import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createContext } from '../../src/graphql/context.ts';
import { Pipeline, type Operation } from '../../src/graphql/pipeline.ts';
import { loadSchema } from '../../src/graphql/schema.ts';
import { newId } from '../../src/kernel/ids.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';
import { createPrivateLives, type Action, type Life } from './private-lives.ts';
import { withoutAnalysis } from './people.ts';

const pipeline = new Pipeline(await loadSchema());
const peopleCount = 3;
/** Ids that all of them use: of metrics, and of entries. */
const idsCount = { metric: 3, entry: 4 };

let app: App;
let people: Client[];

beforeAll(async () => {
  app = await startApp(withoutAnalysis);
  people = await Promise.all(Array.from({ length: peopleCount }, () => Client.register(app.url)));
});
afterAll(() => app.stop());

const documents: Record<Action['kind'], string> = {
  createMetric:
    'mutation ($metric: ID, $text: String!) { createMetric(input: { id: $metric, name: $text, type: NUMBER }) { id } }',
  updateMetric: 'mutation ($metric: ID!, $text: String) { updateMetric(id: $metric, input: { name: $text }) { id } }',
  deleteMetric: 'mutation ($metric: ID!) { deleteMetric(id: $metric) }',
  createEntry: `mutation ($entry: ID, $metric: ID!, $text: String) {
    createEntry(input: { id: $entry, metricId: $metric, date: "2026-11-21", value: 1, notes: $text }) { id } }`,
  updateEntry: 'mutation ($entry: ID!, $text: String) { updateEntry(id: $entry, input: { notes: $text }) { id } }',
  deleteEntry: 'mutation ($entry: ID!) { deleteEntry(id: $entry) }',
};

async function run(who: number, query: string, variables: Record<string, unknown> = {}) {
  const { user, device } = people[who]!.session!;
  const operation = pipeline.prepare({ query }) as Operation;
  return pipeline.execute(operation, variables, createContext({ userId: user.id, deviceId: device.id }));
}

type Metric = { id: string; name: string };
type Entry = { id: string; notes: string; metric: { id: string } };

/** What somebody finds of these ids: in their lists, and one by one. */
async function look(who: number, metrics: readonly string[], entries: readonly string[]) {
  // Ids of UUIDv7 are the newest there are: what was left by an earlier history stands behind them.
  const query = `{
    metrics(last: ${metrics.length}) { edges { node { id name } } }
    entries(first: ${entries.length}) { edges { node { id notes metric { id } } } }
    ${metrics.map((id, i) => `metric${i}: metric(id: "${id}") { id name }`).join(' ')}
    ${entries.map((id, i) => `entry${i}: entry(id: "${id}") { id notes metric { id } }`).join(' ')} }`;
  const data = (await run(who, query)).data as Record<string, unknown>;
  const nodesOf = <Node>(list: unknown) => (list as { edges: { node: Node }[] }).edges.map(({ node }) => node);
  const lists = { metrics: nodesOf<Metric>(data['metrics']), entries: nodesOf<Entry>(data['entries']) };
  const single = <Node>(name: string, ids: readonly string[]) =>
    ids.flatMap((_, i) => (data[`${name}${i}`] as Node | null) ?? []);
  const isNow = ({ id }: { id: string }) => metrics.includes(id) || entries.includes(id);
  return {
    listed: toLife(lists.metrics.filter(isNow), lists.entries.filter(isNow)),
    named: toLife(single<Metric>('metric', metrics), single<Entry>('entry', entries)),
  };
}

const toLife = (metrics: readonly Metric[], entries: readonly Entry[]): Life => ({
  metrics: new Map(metrics.map(({ id, name }) => [id, name])),
  entries: new Map(entries.map(({ id, notes, metric }) => [id, { metric: metric.id, text: notes }])),
});

const place = { who: fc.nat(peopleCount - 1), metric: fc.nat(idsCount.metric - 1), entry: fc.nat(idsCount.entry - 1) };
const action = fc.record({ ...place, kind: fc.constantFrom(...(Object.keys(documents) as Action['kind'][])) });

it('32: whatever people do with the ids of all of them, each sees what they did themselves', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 6, maxLength: 16 }), async (steps) => {
      const [metrics, entries] = [idsCount.metric, idsCount.entry].map((length) => Array.from({ length }, newId));
      const model = createPrivateLives(peopleCount);
      for (const [number, { who, kind, metric, entry }] of steps.entries()) {
        const step = { kind, metric: metrics![metric]!, entry: entries![entry]!, text: `step ${number}` };
        const { errors } = await run(who, documents[kind], step);
        expect([kind, errors?.[0]?.extensions['code']]).toEqual([kind, model.act(who, step)]);
      }
      for (const [who, life] of model.lives.entries()) {
        expect(await look(who, metrics!, entries!)).toEqual({ listed: life, named: life });
      }
    }),
    { numRuns: 120, seed: 29 },
  );
}, 120_000);
