import type { GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routeAccess, rules, type Role } from '../../src/graphql/access.ts';
import { createContext } from '../../src/graphql/context.ts';
import { Pipeline, type Operation } from '../../src/graphql/pipeline.ts';
import { loadSchema } from '../../src/graphql/schema.ts';
import { createImport, put, requestExport } from '../domains/imports/transfer.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client, goodPassword } from '../setup/client.ts';
import { calls } from './calls.ts';
import {
  idArguments,
  innerFields,
  placesOf,
  rootFields,
  ruleOf,
  splitPlace,
  writeOperation,
  type Place,
} from './operations.ts';
import { createPerson, createThings, withoutAnalysis, type Person } from './people.ts';

/** Who may come without being let in, each with what the table calls them. */
const visitors: [who: string, role: Role][] = [
  ['anonymous', 'anonymous'],
  ['with the token of an ended session', 'ended'],
  ['with the token of an erased account', 'ended'],
];
/** The table must be whole when the tests are listed. */
const schema: GraphQLSchema = await loadSchema();
const fields = rootFields(schema);
const unary = fields.filter((place) => !place.startsWith('Subscription.'));
const subscriptions = fields.filter((place) => place.startsWith('Subscription.'));

let app: App;
let clients: Map<string, Client>;

beforeAll(async () => {
  app = await startApp(withoutAnalysis);
  const [ended, erased] = [await Client.register(app.url), await Client.register(app.url)];
  await ended.graphql('mutation { logout }');
  await erased.graphql('mutation ($password: String!) { deleteAccount(password: $password) }', {
    password: goodPassword,
  });
  clients = new Map([new Client(app.url), ended, erased].map((client, i) => [visitors[i]![0], client]));
});
afterAll(() => app.stop());

/** Somebody of whom no earlier call has taken anything. */
const createOwner = (): Promise<Person> => createPerson(app.url);
const argumentsOf = (place: Place, owner: Person, number = 0) => calls[place]![number]!(owner.things, owner);
const namesOf = (place: Place) => splitPlace(place)[1];

describe('28: the calls of these tests', () => {
  it('are prepared for every root field, and for no other', () => {
    expect(Object.keys(calls).sort()).toEqual(fields.toSorted());
  });

  it('name every place for an id', async () => {
    const owner = await createOwner();
    const placesIn = (place: Place) => calls[place]!.flatMap((call) => placesOf(call(owner.things, owner), place));
    const named = new Set(fields.flatMap(placesIn));
    expect(idArguments(schema).filter((place) => !named.has(place))).toEqual([]);
  });

  it('select every field of every type', () => {
    const seen = new Set<string>();
    for (const place of fields) writeOperation(schema, place, {}, seen);
    expect(innerFields(schema).filter((field) => !seen.has(field))).toEqual([]);
  });
});

describe('28: the owner', () => {
  let owner: Person;
  beforeAll(async () => {
    owner = await createOwner();
  });

  it.each(unary)('gets an answer of %s', async (place) => {
    if (/logout|deleteAccount|changePassword|refreshSession/.test(place)) owner = await createOwner();
    for (const [number] of calls[place]!.entries()) {
      if (place.startsWith('Mutation.')) owner.things = await createThings(owner.client, owner.mark);
      const args = argumentsOf(place, owner, number);
      const { data, errors } = await owner.client.raw(writeOperation(schema, place, args), args);
      // An import without a file cannot be applied, and an id of one's own is taken: that is an answer as well.
      const codes = errors?.map(({ extensions }) => extensions.code) ?? [];
      expect(codes.filter((code) => code !== 'CONFLICT')).toEqual([]);
      expect(codes.length === 1 || data?.[namesOf(place)] != null).toBe(true);
    }
    if (/logout|deleteAccount|changePassword|refreshSession/.test(place)) owner = await createOwner();
  });

  it.each(subscriptions)('gets an answer of %s', async (place) => {
    const args = argumentsOf(place, owner);
    const subscription = owner.client.subscribe(writeOperation(schema, place, args), args);
    expect(await subscription.take(1)).toMatchObject([{ [namesOf(place)]: expect.any(Object) as object }]);
    await subscription.close();
  });
});

describe.each(visitors)('28: who comes %s', (who, role) => {
  let owner: Person;
  beforeAll(async () => {
    owner = await createOwner();
  });

  it.each(unary)('gets of %s what the table says', async (place) => {
    const args = argumentsOf(place, owner);
    const { status, data, errors } = await clients.get(who)!.raw(writeOperation(schema, place, args), args);
    const refusals = errors?.map(({ extensions, path }) => ({ code: extensions.code, path }));
    const refused = { status: 401, refusals: [{ code: 'UNAUTHENTICATED', path: [namesOf(place)] }] };
    const isWelcome = rules[ruleOf(place)][role] === 'YES';
    expect({ status, refusals }).toEqual(isWelcome ? { status: 200 } : refused);
    expect(isWelcome || !JSON.stringify(data ?? null).includes(owner.mark)).toBe(true);
  });

  it.each(subscriptions)('gets of %s what the table says', async (place) => {
    expect(rules[ruleOf(place)][role]).toBe('NO');
    const args = argumentsOf(place, owner);
    const query = writeOperation(schema, place, args);
    const subscription = clients.get(who)!.subscribe(query, args);
    expect(await Promise.race([subscription.closed, subscription.take(1)])).toMatchObject({ code: 4401 });
    // Past the sockets, which let nobody in: the guard itself.
    const pipeline = new Pipeline(schema);
    const operation = pipeline.prepare({ query }) as Operation;
    const outcome = await pipeline.subscribe(operation, args, createContext(null, role === 'ended'));
    expect(outcome).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  it('is refused whatever the arguments are', async () => {
    const { errors } = await clients.get(who)!.raw('{ history(entityId: "nothing") { edges { cursor } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});

describe('28: a plain route', () => {
  type Try = (owner: Person, token?: string) => Promise<number>;
  const tokenOf = (link: string) => link.split('/').at(-1)!;
  const links: Record<string, (owner: Person) => Promise<string>> = {
    'GET exports': async ({ client }) => tokenOf(await requestExport(client, { format: 'CSV' })),
    'PUT imports': async ({ client }) => tokenOf((await createImport(client, 'CSV')).uploadUrl!),
  };
  const tries: Record<string, Try> = {
    'GET exports': async ({ client }, token) => (await fetch(`${client.url}/exports/${token}`)).status,
    'PUT imports': async ({ client }, token) =>
      (await put(client, `/imports/${token}`, 'date,metric,value\n2026-01-01,Mood,1\n')).status,
  };

  it('is tried for every row of the table', () => {
    expect(Object.keys(links)).toEqual(Object.keys(routeAccess));
    expect(Object.keys(tries)).toEqual(Object.keys(routeAccess));
  });

  it.each(Object.keys(links))('%s opens for its own link alone, and no longer than the session lasts', async (name) => {
    const owner = await createOwner();
    const others = Object.keys(links).filter((other) => other !== name);
    const wrong = [owner.client.session!.accessToken, '', ...(await Promise.all(others.map((o) => links[o]!(owner))))];
    for (const token of wrong) expect(await tries[name]!(owner, token)).toBe(401);
    expect(await tries[name]!(owner, await links[name]!(owner))).toBe(200);
    const late = await links[name]!(owner);
    await owner.client.graphql('mutation { logout }');
    expect(await tries[name]!(owner, late)).toBe(401);
  });
});
