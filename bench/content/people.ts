import { createHash } from 'node:crypto';
import { fromDayNumber, toDayNumber } from '../../src/kernel/civil-time.ts';
import { newId } from '../../src/kernel/ids.ts';
import { signToken } from '../../src/platform/secrets/signed-tokens.ts';
import type { EntryInput } from '../../test/setup/client.ts';
import type { Call } from '../generator/calls.ts';

/** People of one kind: how many there are, with how many devices and entries each. */
export type Group = { name: string; people: number; devices: number; entries: number };

/** Who reads and writes; more entries than a page. */
export const writers: Group = { name: 'writer', people: 1000, devices: 1, entries: 60 };
/** Who follows on several devices what one of them writes. */
export const followers: Group = { name: 'follower', people: 1000, devices: 3, entries: 0 };
/** Who only has a socket open. */
export const idlers: Group = { name: 'idler', people: 10_000, devices: 1, entries: 0 };
/** One person whose change log has 100,000 lines, with those of the account and its metrics. */
export const keepers: Group = { name: 'keeper', people: 1, devices: 1, entries: 99_996 };

/** For comparisons whose people open their accounts themselves. */
export const nobody: Group = { name: 'nobody', people: 0, devices: 0, entries: 0 };

export const metrics = [
  { name: 'Steps', type: 'NUMBER', unit: 'steps' },
  { name: 'Meditated', type: 'BINARY' },
  { name: 'Journal', type: 'TEXT' },
] as const;

export type Person = {
  userId: string;
  /** An access token for each device. */
  tokens: string[];
  metricIds: string[];
};

/** Seconds that the tokens live: longer than any run. */
const tokenSeconds = 12 * 3600;

/** An id that is a function of the text; content/fill.ts has the same in SQL. */
export const idFrom = (text: string): string =>
  createHash('md5')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** The people of a group, signed in. The secrets must be open. */
export const signIn = (group: Group): Person[] =>
  Array.from({ length: group.people }, (_, i) => {
    const name = `${group.name} ${i + 1}`;
    const userId = idFrom(name);
    const tokens = Array.from(
      { length: group.devices },
      (_device, d) =>
        signToken('access-token', { sub: userId, sid: idFrom(`${name} device ${d + 1}`) }, tokenSeconds).token,
    );
    return { userId, tokens, metricIds: metrics.map((metric) => idFrom(`${name} ${metric.name}`)) };
  });

/** An entry to be, of each kind of metric in turn. Its id is chosen here: all sides then hold the same. */
function newEntry({ metricIds }: Person, ordinal: number): EntryInput & { id: string } {
  const kind = ordinal % metrics.length;
  const values = [ordinal + 0.5, ordinal % 2 === 0, `A day like any other, number ${ordinal}.`];
  return {
    id: newId(),
    metricId: metricIds[kind]!,
    date: fromDayNumber(toDayNumber('2025-06-01') + (ordinal % 365)),
    value: values[kind],
    notes: 'Slept well, walked to work.',
    tags: ['work', 'spring'],
  };
}

export type CreateCall = Call & { variables: { input: EntryInput & { id: string } } };

/** A request that creates an entry from the person's first device. */
export const createEntryCall = (person: Person, ordinal: number): CreateCall => ({
  operation: 'createEntry',
  token: person.tokens[0]!,
  variables: { input: newEntry(person, ordinal) },
});

/** The same for one metric of the person alone: after one of them nothing is new any more. */
export const createEntryOfOneMetricCall = (person: Person, turn: number): CreateCall =>
  createEntryCall(person, turn * metrics.length + (parseInt(person.userId.slice(0, 4), 16) % metrics.length));

/**
 * A request for a person's newest 50 entries. Each names another first day, long before any entry: the same answer, but
 * no cache that goes by the variables can have it.
 */
export const entriesCall = (person: Person, ordinal: number): Call => ({
  operation: 'entries',
  token: person.tokens[0]!,
  variables: { filter: { from: fromDayNumber(toDayNumber('1900-01-01') + ordinal) } },
});
