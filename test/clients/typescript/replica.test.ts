import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../clients/typescript/src/local-store.ts';
import { MemoryStore } from '../../../clients/typescript/src/memory-store.ts';
import { createMetric } from '../../../clients/typescript/src/operations.ts';
import { Replica } from '../../../clients/typescript/src/replica.ts';
import { shortSleep, until } from './device.ts';

const never = (_: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
const say = (name: string): Commit => ({ enqueued: [createMetric({ name, type: 'NUMBER' })] });
const namesIn = ({ view }: Replica): string[] => view.queue.map(({ operation }) => JSON.stringify(operation.action));

/** Two tabs on a store; what the first writes, the second is told by hand. */
async function openPair(sleep = shortSleep) {
  const store = new MemoryStore();
  const told: [revision: number, commit: Commit | null][] = [];
  const late: Commit[] = [];
  const open = (onCommitted: (revision: number, commit: Commit | null) => void) =>
    new Replica(store, { userId: 'person', selection: 1 }, sleep, {
      onCommitted,
      onApplied: () => {},
      onHeardLate: (commit) => late.push(commit),
    });
  const [writer, reader] = [open((...each) => told.push(each)), open(() => {})];
  await writer.read();
  await reader.read();
  return { writer, reader, told, late };
}

describe('a tab', () => {
  it("does other tabs' commits in their order, whatever the order in which it hears of them", async () => {
    const { writer, reader, told } = await openPair(never);
    for (const name of ['a', 'b', 'c']) await writer.write(() => say(name));
    for (const i of [2, 0, 1]) reader.note(...told[i]!);
    expect(namesIn(reader)).toEqual(namesIn(writer));
  });

  it('reads the store when it does not hear of a commit', async () => {
    const { writer, reader, told, late } = await openPair();
    for (const name of ['a', 'b']) await writer.write(() => say(name));
    reader.note(...told[1]!);
    await until(() => namesIn(reader).length === 2, 'it has read');
    expect(late).toEqual([told[1]![1]]);
    reader.note(...told[0]!);
    expect(late).toEqual([told[1]![1], told[0]![1]]);
    expect(namesIn(reader)).toEqual(namesIn(writer));
  });

  it('reads the store at once after a snapshot', async () => {
    const { writer, reader, told } = await openPair(never);
    await writer.write(() => ({ received: { after: null, seq: 7, at: null, entities: [], isWhole: true } }));
    expect(told).toEqual([[1, null]]);
    reader.note(...told[0]!);
    await until(() => reader.view.seq === 7, 'it has read');
  });

  it('shows its own write as soon as the one before has been heard of', async () => {
    const { writer, reader, told } = await openPair(never);
    await writer.write(() => say('a'));
    const writing = reader.write(() => say('b'));
    await Promise.resolve();
    setTimeout(() => reader.note(...told[0]!), 5);
    await writing;
    expect(namesIn(reader)).toHaveLength(2);
  });

  it('goes on writing after a write that failed', async () => {
    const { writer } = await openPair();
    const stale = { received: { after: 5, seq: 6, at: null, entities: [], isWhole: false } };
    await expect(writer.write(() => stale)).rejects.toThrow('moved on');
    await writer.write(() => say('a'));
    expect(namesIn(writer)).toHaveLength(1);
  });
});
