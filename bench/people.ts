import { newId } from '../src/kernel/ids.ts';
import { fromDayNumber, toDayNumber } from '../src/kernel/civil-time.ts';
import { Client, goodPassword, type EntryInput } from '../test/setup/client.ts';
import type { Call } from './calls.ts';

/** Devices of a person, each with a session of its own. */
export const devicesPerPerson = 3;
export const peopleCount = 200;
/** Entries that a person has from the beginning: more than a page. */
const seededEntries = 120;
/** Accounts being opened at the same time; passwords are hashed on as many threads. */
const openedAtOnce = 8;

export type Person = {
  userId: string;
  /** An access token for each device. */
  tokens: string[];
  metricIds: string[];
};

const metrics = [
  { name: 'Steps', type: 'NUMBER', unit: 'steps' },
  { name: 'Meditated', type: 'BINARY' },
  { name: 'Journal', type: 'TEXT' },
];

/** Opens the accounts through the product's API, with their devices, metrics and first entries. */
export async function openAccounts(url: string): Promise<Person[]> {
  const people: Person[] = [];
  const openInTurn = async () => {
    while (people.length < peopleCount) {
      const index = people.push(undefined as never) - 1;
      people[index] = await openAccount(url);
    }
  };
  await Promise.all(Array.from({ length: openedAtOnce }, openInTurn));
  return people;
}

async function openAccount(url: string): Promise<Person> {
  const client = await Client.register(url);
  const sessions = [client.session!];
  while (sessions.length < devicesPerPerson) {
    sessions.push((await Client.login(url, client.session!.user.email, goodPassword)).session!);
  }
  const metricIds: string[] = [];
  for (const metric of metrics) metricIds.push((await client.createMetric(metric)).id);
  const person = { userId: client.userId, tokens: sessions.map((session) => session.accessToken), metricIds };
  await client.createEntries(Array.from({ length: seededEntries }, (_, i) => newEntry(person, i)));
  return person;
}

/** An entry to be, of each kind of metric in turn. Its id is chosen here: both sides then hold the same. */
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

/**
 * A request for a person's newest 50 entries. Each names another first day, long before any entry: the same answer, but
 * no cache that goes by the variables can have it.
 */
export const entriesCall = (person: Person, ordinal: number): Call => ({
  operation: 'entries',
  token: person.tokens[0]!,
  variables: { filter: { from: fromDayNumber(toDayNumber('1900-01-01') + ordinal) } },
});
