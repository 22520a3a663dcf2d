import { stringify } from 'csv-stringify/sync';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { joinTags, protectText } from '../../../src/domains/exports/csv-text.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client, type Metric } from '../../setup/client.ts';
import { createRandom } from '../../setup/random.ts';
import {
  exportCsv,
  exportJson,
  importCsv,
  importFile,
  importJson,
  settled,
  undoImport,
  type Document,
} from '../imports/transfer.ts';

let app: App;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());

/** What may differ after a move, and nothing else: see docs/export-format.md. */
const differing = new Set(['seq', 'at', 'user', 'insights']);

it.each([1, 2, 3, 4])(
  'a life of every kind (%i) is the same in a new account, and in a third',
  async (seed) => {
    const first = await liveRandomly(seed);
    const document = await exportJson(first);
    expect(document.metrics.length).toBeGreaterThan(4);
    expect(document.entries.length).toBeGreaterThan(60);
    expect(document.entries.some(({ source }) => source.startsWith('daylio'))).toBe(true);
    const csv = await exportCsv(first);
    expect(csv).toBe(toLongCsv(document));
    let last = document;
    for (let move = 0; move < 2; move++) {
      const next = await Client.register(app.url);
      expect(await importJson(next, last)).toMatchObject({
        state: 'APPLIED',
        report: { duplicates: 0, rowsRejected: 0 },
      });
      const again = await exportJson(next);
      expect(Object.keys(again)).toEqual(Object.keys(document));
      for (const [key, value] of Object.entries(again).filter(([name]) => !differing.has(name)))
        expect([key, value]).toEqual([key, document[key as 'entries']]);
      expect(await exportCsv(next)).toBe(csv);
      expect((await importJson(next, document, false)).report).toMatchObject({ rowsAccepted: 0, rowsRejected: 0 });
      last = again;
    }
  },
  60_000,
);

it('an import of version 1 still comes in', async () => {
  const { at: exportedAt, ...rest } = (await exportJson(await liveRandomly(9))) as Document & { at: string };
  const document = { ...rest, version: 1, exportedAt };
  const fresh = await Client.register(app.url);
  const { state, report } = await importJson(fresh, document);
  expect([state, report!.rowsRejected, report!.rowsAccepted > 60]).toEqual(['APPLIED', 0, true]);
});

/** The same as a CSV, by the library and the rules of the description. */
function toLongCsv({ metrics, entries }: Document): string {
  const header = ['date', 'time', 'metric', 'value', 'unit', 'type', 'notes', 'tags'];
  const rows = entries.map(({ metricId, date, time, number, text, notes, tags }) => {
    const { name, unit, type } = metrics.find(({ id }) => id === metricId)!;
    const value = type === 'TEXT' ? protectText(text!) : String(type === 'BINARY' ? number === 1 : number);
    const cells = [unit ?? '', type, notes ?? '', joinTags(tags)].map(protectText);
    return [date, time ?? '', protectText(name), value, ...cells];
  });
  return stringify([header, ...rows], { quoted_match: /[\r\n]/ });
}

const texts = [
  '=1+1',
  '-5',
  '+a',
  '@x',
  "'=y",
  'ünï ☕ 👩‍👩‍👧',
  '"quoted", cell',
  'a\r\nb',
  '\tt',
  '؀ ‮rtl',
  'x'.repeat(900),
  '[;]',
];
const types = ['RATING', 'DURATION', 'BINARY', 'NUMBER', 'TEXT'];
const numbers = [-0.1, 1e308, -1e-308, 0, 42, 1 / 3, -7, 12_345.678];

/** Months of somebody who writes, changes, deletes, regrets, archives and imports; the same for the same seed. */
async function liveRandomly(seed: number): Promise<Client> {
  const { below } = createRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)]!;
  const person = await Client.register(app.url, { timeZone: 'Asia/Tokyo' });
  const valueOf = (type: string) =>
    type === 'TEXT'
      ? pick(texts)
      : type === 'BINARY'
        ? below(2) === 1
        : type === 'DURATION'
          ? below(90_000)
          : pick(numbers);
  const metrics: Metric[] = [];
  for (const [index, type] of [...types, ...types].entries()) {
    const unit = below(2) ? pick(['km', '%', '°C']) : undefined;
    metrics.push(await person.createMetric({ name: `${pick(texts).slice(0, 90).trim()} ${index}`, type, unit }));
  }
  const written = await person.createEntries(
    Array.from({ length: 120 }, () => {
      const { id, type } = pick(metrics);
      const day = `20${10 + below(16)}-0${1 + below(9)}-1${below(10)}`;
      const more = { time: pick([undefined, '00:00', '23:59:59']), notes: pick([undefined, ...texts]) };
      const tags = [...new Set([pick(texts), pick(texts)].map((tag) => tag.slice(0, 50).trim()))].slice(below(3));
      return { metricId: id, date: day, value: valueOf(type), tags, ...more };
    }),
  );
  for (const { id } of written.slice(0, 20)) await person.updateEntry(id, { notes: pick(texts), date: '2026-05-05' });
  for (const { id } of written.slice(20, 30)) await person.deleteEntry(id);
  await person.graphql(`mutation { undo(seq: ${await person.seq()}) { seq } }`);
  await person.updateMetric(metrics[0]!.id, {
    isActive: false,
    sources: ['oura', 'api'],
    category: pick(texts).slice(0, 9).trim(),
  });
  await person.graphql('mutation ($id: ID!) { deleteMetric(id: $id) }', { id: metrics[1]!.id });
  await person.graphql('mutation ($id: ID!) { deleteMetric(id: $id) }', { id: metrics[2]!.id });
  await person.graphql(`mutation { undo(seq: ${await person.seq()}) { seq } }`);
  expect((await importFile(person, 'AUTO', daylio)).state).toBe('APPLIED');
  const { id } = await importCsv(person, 'date,Gone again\n2026-01-01,1\n');
  await undoImport(person, id);
  expect((await settled(person, id)).state).toBe('UNDONE');
  return person;
}

const daylio =
  'full_date,date,weekday,time,mood,activities,note_title,note\n' +
  '2026-01-02,Jan 2,Friday,22:10,good,"run | read","","=fine"\n2026-01-03,Jan 3,Saturday,8:10 PM,meh,"read","","☕"\n';
