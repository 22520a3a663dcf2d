import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { loadSchema } from '../../src/graphql/schema.ts';
import { createImport, exportJson, importJson, put, readImport } from '../domains/imports/transfer.ts';
import { startApp, type App } from '../setup/app.ts';
import type { Client } from '../setup/client.ts';
import { recordStatements, type Statement } from '../setup/statements.ts';
import { calls } from './calls.ts';
import { rootFields, splitPlace, withMore, writeOperation, type Place } from './operations.ts';
import {
  createPerson,
  createThings,
  randomThings,
  withoutAnalysis,
  withoutIds,
  type Person,
  type Things,
} from './people.ts';

const schema = await loadSchema();
let statements: Statement[];

let app: App;
let owner: Person;
let stranger: Person;

beforeAll(async () => {
  app = await startApp(withoutAnalysis);
  [owner, stranger] = [await createPerson(app.url), await createPerson(app.url)];
  statements = recordStatements();
});
afterAll(() => app.stop());

/** Everything of a person that a call of somebody else could have touched. */
async function stateOf({ client, things }: Person): Promise<string> {
  const fields = '{ seq changes { seq kind entityType entityId at entity { __typename } } }';
  const { devices, ...state } = await client.graphql<{ devices: { id: string }[] }>(
    `query ($id: ID!) { me { seq email timeZone dayStartsAt } devices { id name } import(id: $id) { id state }
      insights { edges { node { id isActive rating } } } snapshot(first: 1000) ${fields} }`,
    { id: things.importId },
  );
  // Their order is that in which they were seen last, which is noted once a minute.
  return JSON.stringify({ ...state, devices: devices.map(({ id }) => id).toSorted() });
}

/** What a call gives somebody; of a link also what is behind it. */
async function ask(place: Place, { client }: Person, args: Record<string, unknown>): Promise<string> {
  const { status, data, errors } = await client.raw(writeOperation(schema, place, args), args);
  const link = (data?.[splitPlace(place)[1]] as { url?: string } | null)?.url;
  if (!link) return JSON.stringify({ status, data, errors });
  return `${status} ${await (await fetch(client.url + link)).text()}`;
}

/** The reply, and what the database was asked on the way in the name of the asker or for one of the ids. */
async function probe(place: Place, number: number, asker: Person, ids: Things) {
  const args = calls[place]![number]!(ids, asker);
  statements.length = 0;
  const reply = withoutIds(openCursors(await ask(place, asker, args)), ids).replaceAll(asker.mark, '<mark>');
  const names = [asker.client.userId, ...Object.values(ids)];
  // Whether the session is open is asked when it was last asked long ago.
  const asked = statements.filter(({ text, values }) => !isAboutSession(text) && names.some((n) => values.includes(n)));
  return { reply: withoutOwn(reply), asked: asked.map(({ text }) => text) };
}

/** With the places that cursors stand for in place of them. */
const openCursors = (text: string): string =>
  text.replaceAll(
    /(ursor":)"([\w-]+)"/g,
    (_, name: string, cursor: string) => name + String(Buffer.from(cursor, 'base64url')),
  );

const isAboutSession = (text: string): boolean => text.includes('AS "isStale" FROM sessions');

/** Without ids that are new each time, of what a call has created. */
const withoutOwn = (text: string): string => text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<new id>');

/** Who can be put into a call before anybody has registered. */
const nobody = { things: randomThings(), mark: '', client: { session: { user: {} } } } as unknown as Person;

/** The calls that name ids of things. */
const naming = rootFields(schema)
  .filter((place) => !place.startsWith('Subscription.'))
  .flatMap((place) =>
    calls[place]!.flatMap((call, number) => {
      const marked = randomThings();
      const text = JSON.stringify(call(marked, nobody));
      return Object.values(marked).some((id) => text.includes(id)) ? [{ place, number }] : [];
    }),
  );

describe('29: a stranger with an id of somebody else', () => {
  it.each(naming)(
    'gets of $place (call $number) to the letter what an id of nobody gets',
    async ({ place, number }) => {
      const before = await stateOf(owner);
      const random = await probe(place, number, await createPerson(app.url), randomThings());
      const others = await probe(place, number, await createPerson(app.url), owner.things);
      expect(others).toEqual(random);
      expect(random.asked).not.toEqual([]);
      expect(others.reply).not.toContain('INTERNAL');
      expect(others.reply).not.toContain(owner.mark);
      expect(await stateOf(owner)).toBe(before);
    },
  );

  it('has operations of their own under the ids of others', async () => {
    const apply = async ({ client }: Person, id: string) => {
      const operations = [{ id, action: { updateProfile: { dayStartsAt: 3 } } }];
      const query = 'mutation ($of: [OperationInput!]!) { applyOperations(operations: $of) { status isRepeat seq } }';
      return (await client.graphql<{ applyOperations: object[] }>(query, { of: operations })).applyOperations[0];
    };
    const [id, other] = [newId(), await createPerson(app.url)];
    const first = await apply(await createPerson(app.url), id);
    expect(await apply(other, id)).toEqual(first);
    expect(await apply(other, id)).toEqual({ ...first, isRepeat: true });
  });

  it('follows their own changes alone', async () => {
    const other = await createPerson(app.url);
    const own = await other.client.replay(0);
    const subscription = other.client.follow(0);
    expect((await subscription.take(own.length)).map(({ changes }) => changes)).toEqual(own);
    await owner.client.createMetric({ name: owner.mark });
    const { id } = await other.client.createMetric({ name: 'the next one' });
    expect(await subscription.take(1)).toMatchObject([{ changes: { entityId: id } }]);
    await subscription.close();
  });

  it('is told of no event of a job', async () => {
    const query = writeOperation(schema, 'Subscription.job', { id: '' });
    for (const ids of [owner.things, randomThings()]) {
      const subscription = stranger.client.subscribe(query, { id: ids.jobId });
      expect(await subscription.next()).toMatchObject({ done: true });
    }
  });

  it('finds nothing of theirs in anything that names no id', async () => {
    const quiet = rootFields(schema).filter((place) => place.startsWith('Query.'));
    for (const place of quiet) {
      const reply = await ask(place, stranger, calls[place]![0]!(stranger.things, stranger));
      expect(reply).not.toContain(owner.mark);
      for (const id of Object.values(owner.things)) expect(reply).not.toContain(id);
    }
  });
});

describe('29: the owner with the same id', () => {
  // If theirs were the same answer, the calls above could not tell whether a stranger got it.
  it.each(naming)(
    'gets of $place (call $number) something else than for an id of nobody',
    async ({ place, number }) => {
      if (place.startsWith('Mutation.')) owner.things = await createThings(owner.client, owner.mark);
      const own = await probe(place, number, owner, owner.things);
      expect(own.reply).not.toBe((await probe(place, number, owner, randomThings())).reply);
    },
  );
});

describe('30: what a client may not say', () => {
  const more = { userId: 'x', user_id: 'x', ownerId: 'x', role: 'ADMIN', isAdmin: true, source: 'x', version: 9 };
  const inputs = rootFields(schema).filter(
    (place) => withMore(schema, place, calls[place]![0]!(nobody.things, nobody), {}).length > 0,
  );

  it.each(inputs)('whose something is, or who one is, is no field of %s', async (place) => {
    const before = [await stateOf(owner), await stateOf(stranger)];
    for (const call of calls[place]!) {
      for (const [name, value] of Object.entries(more)) {
        for (const args of withMore(schema, place, call(stranger.things, stranger), { [name]: value })) {
          const { data, errors } = await stranger.client.raw(writeOperation(schema, place, args), args);
          expect(data ?? null).toBeNull();
          expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['INVALID_INPUT']);
        }
      }
    }
    expect([await stateOf(owner), await stateOf(stranger)]).toEqual(before);
  });

  it('an entry does not move to another metric, be it of somebody else or of nobody', async () => {
    const { entryId } = stranger.things;
    const input = { id: entryId, date: '2026-10-01', value: 0, notes: stranger.mark };
    const move = (client: Client, metricId: string) =>
      client.raw('mutation ($input: CreateEntryInput!) { createEntry(input: $input) { id metricId } }', {
        input: { ...input, metricId },
      });
    const others = await move(stranger.client, owner.things.metricId);
    expect(others).toEqual(await move(stranger.client, randomThings().metricId));
    expect(others.errors).toHaveLength(1);
    const update = 'mutation ($id: ID!, $input: UpdateEntryInput!) { updateEntry(id: $id, input: $input) { id } }';
    const variables = { id: entryId, input: { metricId: owner.things.metricId } };
    expect((await stranger.client.raw(update, variables)).errors).toMatchObject([
      { extensions: { code: 'INVALID_INPUT' } },
    ]);
  });

  it('a file brings nothing into the account that it says, nor into its metrics', async () => {
    const before = await stateOf(owner);
    const file = await exportJson(owner.client, { format: 'JSON' });
    const { state, report } = await importJson(stranger.client, { ...file, userId: owner.client.userId, metrics: [] });
    expect(state).toMatch(/READY|FAILED|APPLIED/);
    expect(report?.rowsAccepted ?? 0).toBe(0);
    expect(await stateOf(owner)).toBe(before);
  });

  it('an upload goes to the import of its link, whoever sends it', async () => {
    const { id, uploadUrl } = await createImport(owner.client, 'CSV');
    await put(stranger.client, uploadUrl!, 'date,metric,value\n2026-01-01,Mood,1\n');
    expect((await readImport(owner.client, id)).state).not.toBe('AWAITING_UPLOAD');
    expect(await readImport(stranger.client, id)).toBeNull();
  });
});
