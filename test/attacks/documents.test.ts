import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type App } from '../setup/app.ts';
import { newId } from '../../src/kernel/ids.ts';
import { Client } from '../setup/client.ts';
import { transports } from './transports.ts';

let app: App;
let client: Client;

beforeAll(async () => {
  const secret = () => randomBytes(32).toString('base64');
  app = await startApp({ NODE_ENV: 'production', RATE_LIMIT: 'off', JWT_SECRET: secret(), ENCRYPTION_KEY: secret() });
  client = await Client.register(app.url);
});
afterAll(() => app.stop());

const times = (count: number, text: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
const nested = (pages: number) =>
  `query ($n: Int) { metrics(first: $n) { edges { node { entries(first: $n) { edges { node { metric { entries(first: ${pages}) { edges { cursor } } } } } } } } } }`;

/** A document that is allowed, and one like it that is not. */
const excesses: Record<string, { allowed: string; refused: string; variables?: [object, object] }> = {
  '18: aliases': {
    allowed: `{ me { ${times(50, (i) => `a${i}: id`)} } }`,
    refused: `{ me { ${times(300, (i) => `a${i}: id`)} } }`,
  },
  '18: aliases of __typename': {
    allowed: `{ ${times(50, (i) => `a${i}: __typename`)} }`,
    refused: `{ ${times(300, (i) => `a${i}: __typename`)} }`,
  },
  '18: the same field again and again': {
    allowed: `{ me { ${times(20, () => 'id')} } }`,
    refused: `{ me { ${times(240, () => 'id')} } }`,
  },
  '18: the same fragment again and again': {
    allowed: `{ me { ${times(20, () => '...F')} } } fragment F on User { id }`,
    refused: `{ me { ${times(21, () => '...F')} } } fragment F on User { id }`,
  },
  '18: fragments that double': {
    allowed: `{ me { ...F0 } } ${times(5, (i) => `fragment F${i} on User { ...F${i + 1} ... { ...F${i + 1} } }`)} fragment F5 on User { id }`,
    refused: `{ me { ...F0 } } ${times(25, (i) => `fragment F${i} on User { ...F${i + 1} ... { ...F${i + 1} } }`)} fragment F25 on User { id }`,
  },
  '19: depth': {
    allowed: `{ metrics(first: 1) { edges { node { entries(first: 1) { edges { node { metric { id } } } } } } } }`,
    refused: `{ metrics(first: 1) { edges { node ${'{ entries(first: 1) { edges { node { metric '.repeat(3)} { id } ${'} } } }'.repeat(3)} } } }`,
  },
  '19: depth in fragments': {
    allowed: `{ metrics(first: 1) { edges { node { ...F } } } } fragment F on Metric { entries(first: 1) { edges { node { metric { id } } } } }`,
    refused: `{ metrics(first: 1) { edges { node { ...A } } } } ${times(3, (i) => `fragment ${'ABC'[i]} on Metric { entries(first: 1) { edges { node { metric { ${['...B', '...C', 'id'][i]} } } } } }`)}`,
  },
  '19: directives': {
    allowed: `{ me { id ${times(50, () => '')} ${times(16, (i) => `email @include(if: ${i > 3})`)} } }`,
    refused: `{ me { ${times(60, (i) => `a${i % 20}: id @include(if: true)`)} } }`,
  },
  '19: characters, in comments': {
    allowed: `{ me { id } } ${'#\n'.repeat(2000)}`,
    refused: `{ me { id } } ${'#'.repeat(100_000)}`,
  },
  '19: lines': {
    allowed: `${'\n'.repeat(2900)}{ me { id } }`,
    refused: `${'\n'.repeat(3000)}{ me { id } }`,
  },
  '19: tokens': {
    allowed: `{ me { ${times(40, (i) => `...F${i}`)} } } ${times(40, (i) => `fragment F${i} on User { id email }`)}`,
    refused: `{ me { id } } ${times(500, (i) => `fragment F${i} on User { id email }`)}`,
  },
  '20: pages in pages': { allowed: nested(5), refused: nested(60), variables: [{ n: 5 }, { n: 60 }] },
  '20: one large page in many': {
    allowed: `{ ${times(4, (i) => `a${i}: entries(first: 500) { edges { node { id metric { id } } } }`)} }`,
    refused: `{ ${times(14, (i) => `a${i}: entries(first: 500) { edges { node { id metric { id } } } }`)} }`,
  },
};

/** What would hold the process up if it were read to the end, within what somebody may send at once. */
const floods: Record<string, string> = {
  tokens: `{ me { ${'id '.repeat(200_000)} } }`,
  depth: `${'{ me '.repeat(100_000)}`,
  'lists in lists': `{ me(a: ${'['.repeat(400_000)}) { id } }`,
  directives: `{ me { id ${'@a'.repeat(200_000)} } }`,
  comments: `{ me { id } }${'#\n'.repeat(200_000)}`,
  'lines before many mistakes': `${'\n'.repeat(400_000)}{ ${times(40, (i) => `x${i}`)} }`,
  'fewer lines before many mistakes': `${'\n'.repeat(30_000)}{ ${times(40, (i) => `x${i}`)} }`,
  'as many lines as there may be before many mistakes': `${'\n'.repeat(2990)}{ ${times(40, (i) => `x${i}`)} }`,
  'one word': `{ ${'x'.repeat(900_000)} }`,
  'one string': `{ metric(id: "${'x'.repeat(900_000)}") { id } nothing }`,
  'fragments that double': `{ me { ...F0 } } ${times(60, (i) => `fragment F${i} on User { ...F${i + 1} ...F${i + 1} }`)}`,
  aliases: `{ ${times(50_000, (i) => `a${i}: __typename`)} }`,
};

describe.each(transports)('21: an operation that is too large, over %s', (_, ask) => {
  it.each(Object.entries(excesses))(
    'is refused, and its like is answered: %s',
    async (_name, { allowed, refused, variables }) => {
      const answer = await ask(client, allowed, variables?.[0]);
      expect(answer).toMatchObject({ data: expect.anything() as unknown });
      const refusal = await ask(client, refused, variables?.[1]);
      expect(refusal.errors?.[0]?.extensions.code).toBe('TOO_COSTLY');
      expect(refusal.data).toBeUndefined();
    },
  );

  it.each([
    '{ me { ...A } } fragment A on User { ...A }',
    '{ me { ...A } } fragment A on User { ...B } fragment B on User { ...A }',
    `{ me { ...F0 } } ${times(100, (i) => `fragment F${i} on User { id ...F${(i + 1) % 100} }`)}`,
  ])('19: is refused although its fragments go round in circles: %#', async (circle) => {
    expect((await ask(client, circle)).errors?.[0]?.extensions.code).toBe('INVALID_INPUT');
  });

  it.each(Object.entries(floods))('19: is refused within 50 ms: %s', async (_name, flood) => {
    // Of the processor, of which client and server have their parts. Once is enough: the engine has to warm up.
    const took = async () => {
      const before = process.cpuUsage();
      const { errors } = await ask(client, flood);
      const { user, system } = process.cpuUsage(before);
      expect(errors?.[0]?.extensions.code).toMatch(/TOO_COSTLY|INVALID_INPUT/);
      return (user + system) / 1000;
    };
    await expect.poll(took, { timeout: 20_000, interval: 20 }).toBeLessThan(50);
  });

  it.each([1e6, -1, 501])('20: is refused when a page has %d rows', async (first) => {
    const written = (count: number) => `{ entries(first: ${count}) { edges { cursor } } }`;
    const inVariables = 'query ($first: Int) { entries(first: $first) { edges { cursor } } }';
    expect((await ask(client, written(first))).errors?.[0]?.extensions.code).toBe('INVALID_INPUT');
    expect((await ask(client, inVariables, { first })).errors?.[0]?.extensions.code).toBe('INVALID_INPUT');
    expect((await ask(client, written(500))).errors).toBeUndefined();
    expect((await ask(client, inVariables, { first: 500 })).errors).toBeUndefined();
  });

  it('18: writes nothing, not even its first parts', async () => {
    const create = (count: number) =>
      `mutation { ${times(count, (i) => `a${i}: createMetric(input: { name: "${newId()}", type: NUMBER }) { id }`)} }`;
    const countMetrics = async () => {
      const query = '{ metrics(first: 500) { edges { cursor } } }';
      return (await client.graphql<{ metrics: { edges: unknown[] } }>(query)).metrics.edges.length;
    };
    const before = await countMetrics();
    expect((await ask(client, create(60))).errors?.[0]?.extensions.code).toBe('TOO_COSTLY');
    expect(await countMetrics()).toBe(before);
    expect((await ask(client, create(2))).errors).toBeUndefined();
    expect(await countMetrics()).toBe(before + 2);
  });
});

describe.each(transports)('21: in production, over %s', (_, ask) => {
  it.each([
    '{ __schema { queryType { name } } }',
    '{ __type(name: "User") { name } }',
    '{ me { ...F } __schema { description } } fragment F on User { id }',
    'query ($hide: Boolean = true) { __schema @skip(if: $hide) { description } me { id } }',
    '{ ...F } fragment F on Query { __schema { types { name } } }',
    'mutation { __schema { types { name } } }',
    'subscription { __schema { types { name } } }',
  ])('16: nobody is told the schema: %s', async (query) => {
    expect((await ask(client, query)).errors?.[0]?.extensions.code).toBe('INVALID_INPUT');
    expect((await ask(client, '{ __typename me { __typename id } }')).errors).toBeUndefined();
  });

  it.each([
    ['field', '{ me { emai } }', undefined],
    ['argument', '{ metrics(firs: 1) { edges { cursor } } }', undefined],
    ['type', '{ me { ... on Use { id } } }', undefined],
    ['enum value', '{ insights(filter: { types: [TREN] }) { edges { cursor } } }', undefined],
    [
      'input field',
      'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }',
      { input: { emai: 'x' } },
    ],
    [
      'enum value in variables',
      'query ($types: [InsightType!]) { insights(filter: { types: $types }) { edges { cursor } } }',
      { types: ['TREN'] },
    ],
  ])('16: a wrong %s is not completed', async (_what, query, variables) => {
    const { errors } = await ask(client, query, variables);
    expect(errors?.[0]?.extensions.code).toBe('INVALID_INPUT');
    expect(JSON.stringify(errors)).not.toMatch(/did you mean/i);
  });
});

describe('16: the page for trying things out', () => {
  const look = async () => {
    const asked = ['/graphql', '/graphql/', '/graphiql', '/playground', '/graphql?query={me{id}}', '/health/graphql'];
    const answers = await Promise.all(
      asked.map((path) => fetch(app.url + path, { headers: { accept: 'text/html' } }).then((answer) => answer.text())),
    );
    return answers.filter((text) => /<html|graphiql/i.test(text)).length;
  };

  it('is not there in production, nor anything that measures for a stranger', async () => {
    expect(await look()).toBe(0);
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'apollo-tracing': '1',
        'x-apollo-tracing': '1',
        'graphql-debug': '1',
      },
      body: JSON.stringify({ query: '{ __typename }', extensions: { tracing: true } }),
    });
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
    expect([...response.headers.keys()].filter((name) => /trac|timing|powered|^server$/.test(name))).toEqual([]);
  });

  it('is there in development, and so is the schema', async () => {
    await app.stop();
    app = await startApp();
    const developer = await Client.register(app.url);
    for (const [, ask] of transports) {
      expect((await ask(developer, '{ __schema { queryType { name } } }')).errors).toBeUndefined();
      expect(JSON.stringify(await ask(developer, '{ me { emai } }'))).toMatch(/did you mean/i);
    }
    expect(await look()).toBeGreaterThan(0);
  });
});
