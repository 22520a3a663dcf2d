import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { exportJson, importJson, type Document } from './transfer.ts';

let app: App;
let person: Client;
let document: Document;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());
beforeEach(async () => {
  person = await Client.register(app.url);
  const mood = await person.createMetric({ name: 'Mood', type: 'RATING', desired: 'HIGHER', isActionable: true });
  await person.createMetric({ name: 'Diary', type: 'TEXT' });
  await person.createEntry({ metricId: mood.id, value: 3 });
  document = await exportJson(person);
});

test('a file from before metrics had a desired direction still comes in, and says nothing about it', async () => {
  const old = { ...document, metrics: document.metrics.map(({ desired: _d, isActionable: _a, ...metric }) => metric) };
  const fresh = await Client.register(app.url);
  expect((await importJson(fresh, old)).report).toMatchObject({ rowsAccepted: 3, rowsRejected: 0 });
  const { metrics } = await exportJson(fresh);
  expect(metrics).toEqual(document.metrics.map((metric) => ({ ...metric, desired: null, isActionable: false })));

  expect((await importJson(person, old)).report).toMatchObject({ duplicates: 3, rowsRejected: 0 });
  expect((await exportJson(person)).metrics).toEqual(document.metrics);
});

test.each([{ desired: 'LOWER' }, { desired: null }, { isActionable: false }])(
  'a metric of which a file says %j is not the one that says otherwise',
  async (said) => {
    const metrics = [{ ...document.metrics[0], ...said }];
    const { report } = await importJson(person, { ...document, metrics, entries: [] }, false);
    expect(report!.rejected).toEqual([{ row: 1, reason: 'There is a metric with this id and other content.' }]);
  },
);

test.each<[object, RegExp]>([
  [{ desired: 'HIGHER' }, /^Words cannot go higher or lower\.$/],
  [{ desired: 'UP' }, /^desired: /],
  [{ isActionable: null }, /^isActionable: /],
])('a new metric of words is refused with %j', async (said, reason) => {
  const diary = { ...document.metrics[1], id: randomUUID(), ...said };
  const { report } = await importJson(person, { ...document, metrics: [diary], entries: [] }, false);
  expect(report!.rejected).toEqual([{ row: 1, reason: expect.stringMatching(reason) }]);
});
