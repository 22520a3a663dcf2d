import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromDayNumber, toDayNumber } from '../../../src/kernel/civil-time.ts';
import { drawAutoregressive, seedUniform } from '../../analysis/noise.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { exportJson, importCsv, type Document } from '../imports/transfer.ts';

type Fields = { properties: Record<string, Fields>; $defs: Record<string, Fields> };
const schema = JSON.parse(readFileSync('docs/export.schema.json', 'utf8')) as Fields;
const page = readFileSync('docs/export-format.md', 'utf8');
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

let app: App;
let document: Document;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
  document = await exportJson(await newLife());
}, 60_000);
afterAll(() => app.stop());

describe('the JSON Schema beside the description of exports', () => {
  it('is what a real export is like, which holds something of everything', () => {
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    expect(new Set(document.metrics.map(({ type }) => type)).size).toBe(5);
    expect(document.insights.length).toBeGreaterThan(0);
    expect(document.insights.some(({ rating }) => rating !== null)).toBe(true);
    expect(document.entries.some(({ source }) => source === 'csv')).toBe(true);
    expect(document.entries.some(({ time, notes, tags }) => time && notes && tags.length > 0)).toBe(true);
  });

  it('refuses what is not', () => {
    const [entry] = document.entries;
    const others = [
      { ...document, more: 1 },
      { ...document, version: 1 },
      { ...document, at: '2026-01-01' },
      { ...document, entries: [{ ...entry, importId: entry!.id }] },
      { ...document, entries: [{ ...entry, number: 1, text: 'both' }] },
      { ...document, metrics: [{ ...document.metrics[0], type: 'OTHER' }] },
      { ...document, insights: [{ ...document.insights[0], groundSeq: 1 }] },
      { ...document, user: { ...document.user, passwordHash: '' } },
    ];
    for (const other of others) expect(validate(other)).toBe(false);
  });

  it('names the fields that the description names, each with a row of its own', () => {
    const { $defs: defs, properties } = schema;
    const sections = [schema, properties['user']!, defs['metric']!, defs['entry']!, defs['insight']!];
    const named = sections.map((section) => Object.keys(section.properties));
    const described = page
      .split(/^## /m)
      .filter((part) => part.includes('\n| field |'))
      .map((part) => [...part.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name));
    expect(described).toEqual(named);
  });
});

/** Half a year with an effect that the analysis finds, and a bit of everything that an export can hold. */
async function newLife(): Promise<Client> {
  const person = await Client.register(app.url);
  const uniform = seedUniform(11);
  const [sleeps, noise] = [drawAutoregressive(180, 0.4, uniform), drawAutoregressive(180, 0, uniform)];
  const sleep = await person.createMetric({ name: 'Sleep', unit: 'h' });
  const mood = await person.createMetric({ name: 'Mood', type: 'RATING', min: -100, max: 100, desired: 'HIGHER' });
  const date = (i: number) => fromDayNumber(toDayNumber('2026-01-01') + i);
  await person.createEntries([...sleeps].map((value, i) => ({ metricId: sleep.id, date: date(i), value })));
  await person.createEntries(
    [...noise].map((value, i) => ({ metricId: mood.id, date: date(i), value: (sleeps[i - 1] ?? 0) + value })),
  );
  const diary = await person.createMetric({ name: 'Diary', type: 'TEXT' });
  await person.createEntry({ metricId: diary.id, value: '=1', time: '07:30', notes: '☕', tags: ['a', 'b;c'] });
  await person.createMetric({ name: 'Run', type: 'DURATION', step: 0.5 });
  await person.createMetric({ name: 'Yes', type: 'BINARY' });
  await importCsv(person, 'date,metric,value\n2026-01-01,Weight,70\n');
  await analyse(person);
  return person;
}

async function analyse(person: Client): Promise<void> {
  const { refreshInsights } = await person.graphql<{ refreshInsights: { id: string } }>(
    'mutation { refreshInsights { id } }',
  );
  const states = person.subscribe<{ job: { state: string } }>(
    `subscription { job(id: "${refreshInsights.id}") { state } }`,
  );
  for await (const { job } of states) if (job.state === 'DONE') break;
  await states.close();
  const [insight] = (await exportJson(person)).insights;
  const rate = 'mutation ($id: ID!) { rateInsight(id: $id, rating: ACTED_ON) { id } }';
  await person.graphql(rate, { id: insight!['id'] });
}
