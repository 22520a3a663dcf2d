import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { plantLife } from '../attacks/planted-life.ts';
import { createImport, download, exportCsv, put, settled } from '../domains/imports/transfer.ts';
import { fromDayNumber, toDayNumber } from '../../src/kernel/civil-time.ts';
import { Client } from '../setup/client.ts';
import { createRandom } from '../setup/random.ts';

/** Somebody who has everything that one can have here. */
export type WholeLife = {
  client: Client;
  email: string;
  password: string;
  /** A file that was checked and waits. */
  waitingImport: string;
  /** The head of the audit log, as it was noted. */
  auditHead: object;
};

/** Fills an account with all kinds of data, and waits until the analysis has found something and nothing happens any more. */
export async function fillLife(url: string): Promise<WholeLife> {
  const { client, password, word, close } = await plantLife(url);
  await close();
  await client.graphql('mutation { updateProfile(input: { timeZone: "Europe/Vienna", dayStartsAt: 4 }) { id } }');
  await fillDays(client);
  const { id: waitingImport, uploadUrl } = await createImport(client, 'CSV');
  await put(client, uploadUrl!, 'date,metric,value\n2026-02-01,Weight,80\n');
  expect((await settled(client, waitingImport)).state).toBe('READY');
  await untilQuiet(client);
  const { auditCheck } = await client.graphql<{ auditCheck: { head: object } }>('{ auditCheck { head { seq hash } } }');
  return { client, email: `${word}@example.org`, password, waitingImport, auditHead: auditCheck.head };
}

/** Four months of all types of metrics, two of which go together, and something that was deleted. */
async function fillDays(client: Client): Promise<void> {
  const types = ['NUMBER', 'RATING', 'DURATION', 'BINARY', 'TEXT'];
  const metrics = await Promise.all(
    types.map((type) =>
      client.createMetric({ name: `Ö ${type}`, type, unit: type === 'NUMBER' ? 'ml' : null, ...scaleOf(type) }),
    ),
  );
  const random = createRandom(7);
  const inputs = Array.from({ length: 120 }, (_, i) => {
    const level = random.below(5);
    const values = [level * 100 + random.next(), level + 1, level * 600 + 0.5, level > 2, `a day "${i}",\n=SUM(1)`];
    const date = fromDayNumber(toDayNumber('2026-06-01') + i);
    return metrics.map(({ id }, k) => ({ metricId: id, date, time: '07:30', value: values[k], tags: ['a;b', 'ü'] }));
  });
  await client.createEntries(inputs.flat());
  const { id } = await client.createEntry({ metricId: metrics[0]!.id, value: 1 });
  await client.deleteEntry(id);
}

const scaleOf = (type: string) => (type === 'RATING' ? { min: 1, max: 5 } : {});

/** Waits until there are insights, and nothing has been written for a while. */
async function untilQuiet(client: Client): Promise<void> {
  const query = '{ me { seq } insights(first: 1) { edges { cursor } } }';
  type State = { me: { seq: number }; insights: { edges: object[] } };
  const deadline = Date.now() + 90_000;
  for (let before = -1; ;) {
    const { me, insights } = await client.graphql<State>(query);
    if (me.seq === before && insights.edges.length > 0) return;
    if (Date.now() > deadline) throw new Error(`it does not come to rest: ${JSON.stringify({ me, insights })}`);
    before = me.seq;
    await sleep(4000);
  }
}

/** What a person has: both exports and the log. */
export async function readLife(client: Client): Promise<{ json: string; csv: string; log: object[] }> {
  return {
    json: await (await download(client, { format: 'JSON' })).text(),
    csv: await exportCsv(client),
    log: await client.replay(0, 'seq kind entityType entityId deviceId at'),
  };
}
