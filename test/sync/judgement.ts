import { numbersTo } from '../setup/changes.ts';
import { checkAnswers } from './answers.ts';
import { findBounds } from './bounds.ts';
import { checkDeliveries } from './deliveries.ts';
import type { Device } from './device.ts';
import { foldLog, readListed, type Everything } from './everything.ts';
import type { History } from './history.ts';
import { isSame } from './model.ts';
import { readLines, readNotes } from './people.ts';
import { replay } from './replayed.ts';
import { checkRequests } from './request-checks.ts';

/** Milliseconds that devices get to come in step once everything is well. */
const patience = 60_000;

/** Waits until every device has sent everything and has everything. @returns what is wrong when that takes too long */
export async function settle(history: History): Promise<string[]> {
  const deadline = performance.now() + patience;
  for (;;) {
    const late = await findLate(history).catch((error: unknown) => [`the servers do not answer: ${String(error)}`]);
    if (late.length === 0 || performance.now() > deadline) return late;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Devices that have not sent everything, or do not have everything. */
async function findLate(history: History): Promise<string[]> {
  const { devices } = history;
  const waiting = (await Promise.all(devices.map(describeQueue))).filter((text) => text !== null);
  waiting.push(
    ...history.callers.filter(({ pendingCount }) => pendingCount > 0).map(({ name }) => `${name} is calling`),
  );
  if (waiting.length > 0) return waiting;
  const head = await history.clients()[0]!.seq();
  return devices.flatMap(({ options, tabs }) =>
    tabs.flatMap(({ client }) =>
      client.seq === head ? [] : [`${options.name} is at ${client.seq} of ${head}, ${client.status}`],
    ),
  );
}

async function describeQueue(device: Device): Promise<string | null> {
  const { queue } = await device.read();
  const { client } = device.tabs[0]!;
  return queue.length === 0 ? null : `${device.options.name} (${client.status}) has not sent ${JSON.stringify(queue)}`;
}

/** Everything that is wrong with a history that has settled. */
export async function judge(history: History): Promise<string[]> {
  const { witness, person, devices } = history;
  const [here, there] = history.clients();
  witness.keep(await readLines(person.id));
  const [folded, listedHere, listedThere, notes] = await Promise.all([
    foldLog(here!),
    readListed(here!),
    readListed(there!),
    readNotes(person.id),
  ]);
  const head = folded.from + folded.numbers.length;
  const complaints = [...witness.complaints];
  if (!isSame(folded.numbers, numbersTo(head).slice(folded.from))) complaints.push(`the log is ${folded.numbers}`);
  const missing = numbersTo(head).filter((seq) => !witness.lines.has(seq));
  if (missing.length > 0) return [...complaints, `the log has never had ${missing}`];
  complaints.push(...compare('what one server lists', listedHere, 'the log', folded.everything));
  complaints.push(...compare('what the other server lists', listedThere, 'the log', folded.everything));
  for (const device of devices) complaints.push(...(await compareDevice(device, folded.everything)));
  const names = devices.map(({ options }) => options.name);
  complaints.push(...checkDeliveries(witness, head, names));
  const replayed = replay(witness, head, notes);
  complaints.push(...replayed.complaints);
  if (replayed.complaints.length > 0) return complaints;
  const boundsOf = findBounds(witness, replayed);
  complaints.push(...checkAnswers(witness, replayed, boundsOf), ...checkRequests(witness, replayed, boundsOf));
  return complaints;
}

async function compareDevice({ options: { name }, tabs, ...device }: Device, truth: Everything): Promise<string[]> {
  const { entities } = await device.read();
  const stored = Object.fromEntries(entities.map(({ type, id, entity }) => [`${type} ${id}`, entity]));
  const shown = tabs.map(({ client }) =>
    Object.fromEntries(
      (['User', 'Metric', 'Entry'] as const).flatMap((type) =>
        client.list(type).map((entity) => [`${type} ${entity.id}`, entity]),
      ),
    ),
  );
  return [
    ...compare(`the store of ${name}`, stored, 'the log', truth),
    ...shown.flatMap((each) => compare(`the view of ${name}`, each, 'the log', truth)),
  ];
}

function compare(left: string, a: Everything, right: string, b: Everything): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((key) => !isSame(a[key], b[key]))
    .map((key) => `${left} has ${key} as ${JSON.stringify(a[key])}, ${right} as ${JSON.stringify(b[key])}`);
}
