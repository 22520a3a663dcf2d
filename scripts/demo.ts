/**
 * The whole of Lifegraph in half a minute, from nothing: two devices of one person sign in, one imports a month of real
 * data, both show the same as it arrives, insights arrive by themselves, and everything is taken out again.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  entityTypes,
  keepInMemory,
  MemoryStore,
  SessionTokens,
  SyncClient,
  type AnyEntity,
  type EntityChange,
} from '../clients/typescript/src/index.ts';
import { readConfig } from '../src/config.ts';
import { startParts } from '../src/processes/parts.ts';
import { signIn } from './sign-in.ts';

/** Seconds to wait for the first insights before giving up. */
const patience = 60;
const file = join(import.meta.dirname, '..', 'examples', 'person-4319703577.csv');

const dataDir = mkdtempSync(join(tmpdir(), 'lifegraph-demo-'));
const server = await startParts(
  readConfig({ DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'error', INSIGHTS_DEBOUNCE_SECONDS: '60' }),
);
try {
  await show(server.url!);
} finally {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function show(url: string): Promise<void> {
  console.log(`A server with an empty database runs at ${url}.`);
  const account = { email: 'demo@example.org', password: 'a long sentence is a good password' };
  console.log('Two devices sign in, Phone and Laptop. Both follow the changes; every 40th entry is printed.\n');
  const phone = await connect(url, account, 'Phone');
  const laptop = await connect(url, account, 'Laptop');

  await importFile(url, laptop);
  await waitFor(() => [phone, laptop].every((device) => device.list('Import')[0]?.state === 'APPLIED'));
  await analyse(phone);
  await compare(phone, laptop);
  await printInsights(phone);
  await printSilence(phone);
  await measureExports(url, phone);
  await Promise.all([phone.close(), laptop.close()]);
}

/** A device of its own, which prints what changes on it. */
async function connect(url: string, account: { email: string; password: string }, name: string): Promise<SyncClient> {
  const session = await signIn(url, account, name);
  const userId = session.user.id;
  const tokens = new SessionTokens({ url, userId, storage: keepInMemory(session) });
  const device = new SyncClient({ url, tokens, store: new MemoryStore() });
  let entries = 0;
  device.onChange((changes) => {
    for (const change of changes) {
      if (change.type === 'Entry' && (entries += 1) % 40 !== 0) continue;
      console.log(`  ${name.padEnd(6)} at #${device.seq}: ${describe(change, device)}`);
    }
  });
  await device.open();
  return device;
}

function describe({ type, before, after }: EntityChange, device: SyncClient): string {
  const kind = before ? (after ? 'updated' : 'deleted') : 'created';
  return `${kind} ${type} ${describeEntity((after ?? before)!, device)}`;
}

function describeEntity(entity: AnyEntity, device: SyncClient): string {
  if ('metricId' in entity) return `${device.get('Metric', entity.metricId)?.name} ${entity.date}: ${entity.value}`;
  if ('name' in entity) return entity.name;
  if ('title' in entity) return entity.title;
  return 'state' in entity ? entity.state : '';
}

async function importFile(url: string, device: SyncClient): Promise<void> {
  const { createImport } = await device.run<{ createImport: { uploadUrl: string } }>(
    'mutation { createImport(input: { format: CSV, fileName: "month.csv", applyWhenReady: true }) { uploadUrl } }',
  );
  await fetch(new URL(createImport.uploadUrl, url), { method: 'PUT', body: readFileSync(file) });
}

/** Waits until both have all there is, and requires that they show the same. */
async function compare(phone: SyncClient, laptop: SyncClient): Promise<void> {
  const { me } = await phone.run<{ me: { seq: number } }>('{ me { seq } }');
  await waitFor(() => phone.seq === me.seq && laptop.seq === me.seq);
  const [onPhone, onLaptop] = [phone, laptop].map((device) => entityTypes.flatMap((type) => device.list(type)));
  const isSame = JSON.stringify(onPhone) === JSON.stringify(onLaptop);
  console.log(
    `\nBoth have every change up to #${me.seq}. Phone shows ${onPhone!.length} things, Laptop ${onLaptop!.length}: ${isSame ? 'the same' : 'NOT the same'}.`,
  );
  if (!isSame) process.exitCode = 1;
}

/** Asks for an analysis now, and waits until it is done. */
async function analyse(device: SyncClient): Promise<void> {
  const { refreshInsights } = await device.run<{ refreshInsights: { id: string } }>(
    'mutation { refreshInsights { id } }',
  );
  const job = `{ job(id: "${refreshInsights.id}") { state } }`;
  let state = 'QUEUED';
  for (let tenths = 0; state !== 'DONE'; tenths += 1) {
    if (tenths > patience * 10) throw new Error(`the analysis was not done within ${patience} seconds`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    state = (await device.run<{ job: { state: string } }>(job)).job.state;
  }
}

async function printInsights(device: SyncClient): Promise<void> {
  const { insights, insightSummary } = await device.run<{
    insights: { edges: { node: { title: string; confidence: number } }[] };
    insightSummary: { headline: string };
  }>(
    `{ insights(first: 100) { edges { node { title confidence } } }
       insightSummary(range: { from: "2016-05-06", to: "2016-05-12" }) { headline } }`,
  );
  console.log(`\nInsights of the month (${insights.edges.length}):`);
  for (const { node } of insights.edges) console.log(`  ${node.title} Confidence ${node.confidence.toFixed(3)}.`);
  console.log(`\nThe last week: ${insightSummary.headline}`);
}

/** Says why there are no more of them: silence is an answer too. */
async function printSilence(device: SyncClient): Promise<void> {
  const { insightReadiness, correlations } = await device.run<{
    insightReadiness: { type: string; reason: string; isFound: boolean; message: string }[];
    correlations: { familySize: number; tautologies: { kind: string; metrics: { name: string }[] }[] };
  }>(
    `{ insightReadiness { type reason isFound message }
       correlations(input: {}) { familySize tautologies { kind metrics { name } } } }`,
  );
  const open = insightReadiness.filter(({ isFound }) => !isFound);
  const reasons = Map.groupBy(open, ({ type, reason }) => `${type} ${reason}`);
  console.log(`\n${open.length} questions without an insight, and why (one of each kind):`);
  for (const [kind, rows] of reasons) console.log(`  ${rows.length} × ${kind}: ${rows[0]!.message}`);
  console.log(`\n${correlations.familySize} tests were made. Not tested, because no discovery:`);
  for (const { kind, metrics } of correlations.tautologies)
    console.log(`  ${metrics.map(({ name }) => name).join(' and ')} (${kind.toLowerCase()})`);
}

async function measureExports(url: string, device: SyncClient): Promise<void> {
  for (const format of ['JSON', 'CSV']) {
    const { exportData } = await device.run<{ exportData: { url: string } }>(
      `mutation { exportData(input: { format: ${format} }) { url } }`,
    );
    const bytes = (await (await fetch(new URL(exportData.url, url))).arrayBuffer()).byteLength;
    console.log(`\nEverything as ${format}: ${bytes} bytes.`);
  }
}

async function waitFor(isTrue: () => boolean): Promise<void> {
  for (let tenths = 0; !isTrue(); tenths += 1) {
    if (tenths > patience * 10) throw new Error(`nothing came within ${patience} seconds`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
