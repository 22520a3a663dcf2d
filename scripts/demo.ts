/**
 * The whole of Lifegraph in half a minute, from nothing: two devices of one person sign in, one imports a month of real
 * data, both see the same numbered changes, insights arrive by themselves, and everything is taken out again.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../src/config.ts';
import { startParts } from '../src/processes/parts.ts';
import { ApiClient } from './api-client.ts';

type Change = {
  seq: number;
  kind: string;
  entityType: string;
  entity: {
    value?: unknown;
    date?: string;
    name?: string;
    title?: string;
    state?: string;
    metric?: { name: string };
  } | null;
};

const changes = `subscription { changes(after: 0) { seq kind entityType entity {
  ... on Metric { name } ... on Entry { date value metric { name } } ... on Insight { title } ... on Import { state }
} } }`;
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
  const phone = new ApiClient(url);
  const laptop = new ApiClient(url);
  await phone.signIn(account, 'Phone');
  await laptop.signIn(account, 'Laptop');
  console.log('Two devices have signed in: Phone and Laptop. Both follow the changes; every 40th entry is printed.\n');
  const seen = [follow('Phone ', phone), follow('Laptop', laptop)];

  await importFile(url, laptop);
  await waitFor(() => seen.every((device) => device.some(({ entity }) => entity?.state === 'APPLIED')));
  await analyse(phone);
  await waitFor(() => seen[0]!.length === seen[1]!.length);
  compare(seen[0]!, seen[1]!);
  await printInsights(phone);
  await printSilence(phone);
  await measureExports(url, phone);
  await Promise.all([phone.close(), laptop.close()]);
}

/** Prints the changes a device sees, as they arrive, and gathers them. */
function follow(name: string, device: ApiClient): Change[] {
  const seen: Change[] = [];
  const read = async () => {
    for await (const { data } of device.follow<{ changes: Change }>(changes)) {
      if (!data) continue;
      seen.push(data.changes);
      if (data.changes.entityType !== 'Entry' || data.changes.seq % 40 === 0)
        console.log(`  ${name} ${describe(data.changes)}`);
    }
  };
  void read();
  return seen;
}

function describe({ seq, kind, entityType, entity }: Change): string {
  const what =
    entity?.title ??
    entity?.name ??
    entity?.state ??
    (entity?.metric ? `${entity.metric.name} ${entity.date}: ${String(entity.value)}` : '');
  return `#${seq} ${kind.toLowerCase()} ${entityType} ${what}`;
}

async function importFile(url: string, device: ApiClient): Promise<void> {
  const { createImport } = await device.run<{ createImport: { uploadUrl: string } }>(
    'mutation { createImport(input: { format: CSV, fileName: "month.csv", applyWhenReady: true }) { uploadUrl } }',
  );
  await fetch(new URL(createImport.uploadUrl, url), { method: 'PUT', body: readFileSync(file) });
}

function compare(phone: Change[], laptop: Change[]): void {
  const isSame = JSON.stringify(phone) === JSON.stringify(laptop);
  const isGapFree = phone.every(({ seq }, i) => seq === i + 1);
  console.log(
    `\nPhone saw ${phone.length} changes, Laptop ${laptop.length}: ${isSame ? 'the same' : 'NOT the same'}, numbered ${isGapFree ? 'without a gap' : 'WITH GAPS'}.`,
  );
  if (!isSame || !isGapFree) process.exitCode = 1;
}

/** Asks for an analysis now, and waits until it is done. */
async function analyse(device: ApiClient): Promise<void> {
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

async function printInsights(device: ApiClient): Promise<void> {
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
async function printSilence(device: ApiClient): Promise<void> {
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

async function measureExports(url: string, device: ApiClient): Promise<void> {
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
