import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compactLog } from '../../../src/changes/compaction.ts';
import { readMoment } from '../../../src/changes/moments.ts';
import { writeCsv } from '../../../src/domains/exports/write-csv.ts';
import { writeJson } from '../../../src/domains/exports/write-json.ts';
import { writeWideCsv } from '../../../src/domains/exports/write-wide-csv.ts';
import { sql } from '../../../src/platform/database/database.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { createRandom } from '../../setup/random.ts';
import { importCsv, requestExport, settled, undoImport } from '../imports/transfer.ts';

let app: App;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());

const inputs = [{ format: 'JSON' }, { format: 'CSV' }, { format: 'CSV', layout: 'WIDE' }];
const fetchAll = (links: string[]) => Promise.all(links.map(async (link) => (await fetch(app.url + link)).text()));
const askAll = (person: Client) => Promise.all(inputs.map((input) => requestExport(person, input)));

/** Somebody with two metrics and entries on several days, more than a page of them. */
async function newLife(): Promise<{ person: Client; steps: string; mood: string; ids: string[] }> {
  const person = await Client.register(app.url);
  const steps = await person.createMetric({ name: 'Steps' });
  const mood = await person.createMetric({ name: 'Mood', type: 'RATING' });
  const ids: string[] = [];
  for (const month of ['01', '02', '03', '04']) {
    const day = (i: number) => `2026-${month}-${String((i % 28) + 1).padStart(2, '0')}`;
    const rows = Array.from({ length: 300 }, (_, i) => ({
      metricId: (i % 3 === 0 ? mood : steps).id,
      date: day(i),
      value: i + 1,
    }));
    ids.push(...(await person.createEntries(rows)).map(({ id }) => id));
  }
  // An insight by hand, which an analysis would not come to; its rating is in the log.
  await sql.query(
    `INSERT INTO insights (user_id, id, type, key, title, confidence, range_from, range_to, metric_ids, evidence)
     VALUES ($1::uuid, $2::uuid, 'TREND', 'k', 'Up', 0.5, '2026-01-01', '2026-02-01', ARRAY[$3::uuid], '{"b": 1, "a": {"z": 2}}')`,
    [person.userId, ids[0], steps.id],
  );
  await rate(person, ids[0]!, 'NOT_HELPFUL');
  return { person, steps: steps.id, mood: mood.id, ids };
}

const updateProfile = (person: Client, input: object) =>
  person.graphql('mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { id } }', { input });
const rate = (person: Client, id: string, rating: 'HELPFUL' | 'NOT_HELPFUL') =>
  person.graphql(`mutation ($id: ID!) { rateInsight(id: $id, rating: ${rating}) { id } }`, { id });
const deleteMetric = (person: Client, id: string) =>
  person.graphql('mutation ($id: ID!) { deleteMetric(id: $id) }', { id });

/** Everything that can change in an account; each alone would change a document. */
async function changeAll({ person, steps, mood, ids }: Awaited<ReturnType<typeof newLife>>): Promise<void> {
  await person.updateEntry(ids[5]!, { value: 99_999, notes: 'later' });
  await person.updateEntry(ids[6]!, { date: '2026-12-24' });
  await person.updateEntry(ids[1190]!, { date: '2026-01-01' });
  await person.deleteEntry(ids[700]!);
  await person.createEntry({ metricId: steps, date: '2026-02-02', value: 4711 });
  await person.createMetric({ name: 'New one' });
  await person.updateMetric(mood, { name: 'Spirits', aggregation: 'MAX' });
  await rate(person, ids[0]!, 'HELPFUL');
  await updateProfile(person, { timeZone: 'Asia/Tokyo', preferences: { later: true } });
  await importCsv(person, 'date,Weight (kg)\n2026-03-03,70\n');
}

describe('a link stands for the state in which it was made', () => {
  it('whatever happens between two downloads, in all formats', async () => {
    const life = await newLife();
    const links = await askAll(life.person);
    const before = await fetchAll(links);
    await changeAll(life);
    expect(await fetchAll(links)).toEqual(before);
    await deleteMetric(life.person, life.steps);
    expect(await fetchAll(links)).toEqual(before);
    const after = await fetchAll(await askAll(life.person));
    for (const [index, text] of after.entries()) expect(text).not.toBe(before[index]);
  });

  it('after an undo, and an import that was taken back', async () => {
    const life = await newLife();
    const { id } = await importCsv(life.person, 'date,Steps,Weight (kg)\n2026-03-03,1,70\n2026-03-04,2,71\n');
    const links = await askAll(life.person);
    const before = await fetchAll(links);
    await undoImport(life.person, id);
    expect((await settled(life.person, id)).state).toBe('UNDONE');
    expect(await fetchAll(links)).toEqual(before);
    expect((await fetchAll(await askAll(life.person)))[1]).not.toBe(before[1]);
  });

  it('when changes come between any two pages of it', async () => {
    for (const seed of [1, 2, 3]) {
      const life = await newLife();
      const viewer = { userId: life.person.userId, deviceId: null };
      for (const write of [writeJson, writeCsv, writeWideCsv]) {
        const moment = await readMoment(viewer.userId);
        const selection = { format: 'CSV' as const };
        const calm = await collect(write(viewer, selection, moment));
        const random = createRandom(seed);
        let text = '';
        for await (const piece of write(viewer, selection, moment)) {
          text += piece;
          for (let i = 0; i < 6; i++) await disturb(life, random.below);
        }
        expect(text).toBe(calm);
      }
    }
  }, 120_000);
});

async function collect(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

/** One random write: entries come, go, and move among the days that have been read and those that have not. */
async function disturb(
  { person, steps, mood, ids }: Awaited<ReturnType<typeof newLife>>,
  below: (n: number) => number,
): Promise<void> {
  const day = `2026-0${1 + below(4)}-${String(1 + below(28)).padStart(2, '0')}`;
  const id = ids[below(ids.length)]!;
  const kind = below(4);
  if (kind === 0) await person.createEntry({ metricId: steps, date: day, value: below(1000) });
  if (kind === 1) await person.updateEntry(id, { date: day }).catch(() => undefined);
  if (kind === 2) await person.deleteEntry(id).catch(() => undefined);
  if (kind === 3) await person.updateMetric(mood, { name: `Mood ${below(1_000_000)}` });
}

describe('a state that the log no longer tells', () => {
  it('is refused with a code, and not told wrongly', async () => {
    const life = await newLife();
    const links = await askAll(life.person);
    await changeAll(life);
    await compactLog(life.person.userId, new Date(Date.now() + 60_000), ['Metric']);
    for (const link of links) {
      const response = await fetch(app.url + link);
      expect([response.status, await response.json()]).toMatchObject([
        409,
        { code: 'CONFLICT', reason: 'MOMENT_GONE' },
      ]);
    }
  });

  it('is still told when only what came before it has been compacted', async () => {
    const life = await newLife();
    await changeAll(life);
    const links = await askAll(life.person);
    const before = await fetchAll(links);
    await compactLog(life.person.userId, new Date(Date.now() + 60_000), ['Metric']);
    await life.person.updateEntry(life.ids[9]!, { value: 8 });
    expect(await fetchAll(links)).toEqual(before);
  });

  it('is refused when the log is another one, restored from a backup', async () => {
    const { person } = await newLife();
    const links = await askAll(person);
    await sql.query("UPDATE changes SET at = at + interval '1 second' WHERE user_id = $1::uuid", [person.userId]);
    for (const link of links) expect((await fetch(app.url + link)).status).toBe(409);
  });
});
