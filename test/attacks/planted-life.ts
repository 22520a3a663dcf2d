import { randomBytes, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { createImport, put, settled } from '../domains/imports/transfer.ts';
import { Client } from '../setup/client.ts';

/** Somebody whose every value holds a word that is nowhere else. */
export type PlantedLife = { word: string; client: Client; password: string; close: () => Promise<void> };

/**
 * Lives a life through the API, on one or several servers in turn, with the word in everything that a person can say: also in
 * what is refused, broken off, or written into a document itself.
 */
export async function plantLife(...urls: string[]): Promise<PlantedLife> {
  const word = `planted${randomBytes(8).toString('hex')}`;
  const password = `${word} is a long sentence`;
  const client = await Client.register(urls[0]!, {
    email: `${word}@example.org`,
    password,
    deviceName: `${word} phone`,
  });
  const live = urls.map((url) => client.at(url).follow(0));
  for (const url of urls) await sayEverything(client.at(url), word);
  await Promise.all(live.map((each) => each.take(10)));
  return { word, client, password, close: async () => void (await Promise.all(live.map((each) => each.close()))) };
}

async function sayEverything(client: Client, word: string): Promise<void> {
  const metric = await client.createMetric({
    name: `${word} mood ${randomUUID()}`,
    type: 'NUMBER',
    unit: word,
    category: word,
  });
  const journal = await client.createMetric({ name: `${word} journal ${randomUUID()}`, type: 'TEXT' });
  const days = Array.from({ length: 28 }, (_, i) => `2026-10-${String(i + 1).padStart(2, '0')}`);
  await client.createEntries(
    days.map((date, i) => ({ metricId: metric.id, date, value: i % 5, notes: `${word} notes`, tags: [word] })),
  );
  const entry = await client.createEntry({ metricId: journal.id, date: '2026-10-02', value: `${word} text` });
  await client.updateEntry(entry.id, { notes: `${word} changed` });
  await client.graphql('mutation ($p: JSON) { updateProfile(input: { preferences: $p }) { id } }', {
    p: { key: word },
  });
  await sayInDocuments(client, word, journal.id);
  await client
    .graphql(`mutation { createMetric(input: { name: "${word} refused", type: RATING, min: 5, max: 1 }) { id } }`)
    .catch(String);
  await queueOperations(client, word, metric.id);
  await readMuch(client, metric.id);
  await sendFiles(client, word);
}

async function sayInDocuments(client: Client, word: string, metricId: string): Promise<void> {
  await client.graphql(
    `mutation { createEntry(input: { metricId: "${metricId}", date: "2026-10-03", value: "${word} in a document" }) { id } }`,
  );
  await client.raw(`query ${word} { me { ${word} } }`);
  await client.raw(`{ me { id } "${word}`);
}

/** One that is done, and one that is refused: both are noted. */
async function queueOperations(client: Client, word: string, metricId: string): Promise<void> {
  const operation = (value: unknown) => ({
    id: randomUUID(),
    action: { createEntry: { id: randomUUID(), metricId, date: '2026-10-05', value, notes: `${word} queued` } },
  });
  const query = `mutation ($operations: [OperationInput!]!) { applyOperations(operations: $operations) { status } }`;
  await client.graphql(query, { operations: [operation(3), operation(`${word} is no number`)] });
}

async function readMuch(client: Client, metricId: string): Promise<void> {
  const range = { from: '2026-10-01', to: '2026-10-28' };
  await client.graphql(
    '{ entries(first: 20) { edges { node { notes tags metric { name } } } } insights(first: 5) { edges { node { title } } } }',
  );
  const trends = 'query ($input: TrendsInput!) { trends(input: $input) { __typename } }';
  await client.raw(trends, { input: { metricIds: [metricId], range } });
  await client.raw('mutation { refreshInsights { id } }');
  await client.raw('mutation { exportData(input: { format: JSON }) { url } }');
}

async function sendFiles(client: Client, word: string): Promise<void> {
  const rows = (value: string) => `date,metric,value,notes\n2026-01-01,${word} steps,${value},${word} in a file\n`;
  const send = async (text: string, apply: boolean) => {
    const { id, uploadUrl } = await createImport(client, 'CSV', apply);
    await put(client, uploadUrl!, text);
    await settled(client, id);
  };
  await send(rows('1'), true);
  await send(rows('2'), false);
  await send(rows(`${word} is no number`), true);
  await send(`${rows('3')}"${word} never closed`, true);
  const query = `mutation ($input: CreateImportInput!) { createImport(input: $input) { uploadUrl } }`;
  const input = { format: 'CSV', fileName: `${word}.csv` };
  const { createImport: half } = await client.graphql<{ createImport: { uploadUrl: string } }>(query, { input });
  await breakOff(client.url + half.uploadUrl, rows('4').repeat(2000));
}

/** Sends a part of a file that was to be longer, and goes away. */
function breakOff(url: string, part: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const upload = request(url, { method: 'PUT', headers: { 'content-length': 10 * part.length } });
  upload.on('error', () => resolve()).on('close', () => resolve());
  upload.write(part);
  setTimeout(() => upload.destroy(), 500);
  return promise;
}

/** Erases the account as its owner would. */
export const eraseAccount = ({ client, password }: Pick<PlantedLife, 'client' | 'password'>): Promise<unknown> =>
  client.graphql('mutation ($password: String!) { deleteAccount(password: $password) }', { password });
