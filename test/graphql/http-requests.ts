import { newId } from '../../src/kernel/ids.ts';

/** A request as it is sent; POST to /graphql as JSON unless it says otherwise. */
export type Request = { body: string | Buffer; headers?: Record<string, string>; path?: string; method?: string };

export const json = (value: unknown) => JSON.stringify(value);
export const op = (query: unknown, rest: object = {}) => ({ body: json({ query, ...rest }) });
export const me = '{ me { id email seq createdAt } }';
const partial = `query ($id: ID!) { me { id } metrics(first: 9999) { edges { cursor } } metric(id: $id) { id } }`;
export const create = 'mutation ($input: CreateEntryInput!) { createEntry(input: $input) { id } }';
const search = 'query Text($text: String) { entries(filter: { text: $text }) { edges { cursor } } }';

/** Requests of every kind, by what they are. @param metricId of a metric of whoever asks, once there is one */
export const requestsOf = (metricId: () => string): Record<string, () => Request> => {
  const entry = (input: object) => ({
    variables: { input: { metricId: metricId(), date: '2026-11-21', value: 1, ...input } },
  });
  return {
    data: () => op(me),
    'data with null variables, name and extensions': () =>
      op(me, { variables: null, operationName: null, extensions: null }),
    'an operation by its name': () => op(`query A ${me} query B { me { id } }`, { operationName: 'B' }),
    extensions: () => op(me, { extensions: { clientLibrary: { name: 'x' } } }),
    'nothing found': () => op('query ($id: ID!) { metric(id: $id) { id } }', { variables: { id: newId() } }),
    introspection: () => op('{ __schema { queryType { name } types { name } } }'),
    'a directive': () => op('query ($no: Boolean!) { me { id email @skip(if: $no) } }', { variables: { no: true } }),
    'an error alone': () => op(partial, { variables: { id: newId() } }),
    'partial data with errors': () => ({
      ...op('{ me { id } entry(id: "x") { id } }'),
      headers: { authorization: '' },
    }),
    'a syntax error': () => op('{ me { id '),
    'an empty document': () => op(''),
    'an unknown field': () => op('{ nothing }'),
    'an unknown argument of a mutation': () => op('mutation { logout(x: 1) }'),
    'a cycle of fragments': () => op('{ me { id } } fragment F on User { ...F }'),
    'a missing variable': () => op('query ($id: ID!) { metric(id: $id) { id } }', { variables: {} }),
    'a variable of a wrong type': () =>
      op('query ($first: Int) { metrics(first: $first) { edges { cursor } } }', { variables: { first: 'many' } }),
    'a variable of a wrong scalar': () => op(create, entry({ value: { x: 1 } })),
    'an unknown variable': () => op(me, { variables: { other: 1 } }),
    'variables that are text': () => op(me, { variables: '{}' }),
    'variables that are a list': () => op(me, { variables: [] }),
    'extensions that are text': () => op(me, { extensions: 'x' }),
    'a query that is a number': () => op(7),
    'a query that is a list': () => op([me]),
    'a query that is null': () => op(null),
    'no query': () => ({ body: '{}' }),
    'an operation name that is a number': () => op(me, { operationName: 7 }),
    'an unknown operation name': () => op(`query A ${me}`, { operationName: 'B' }),
    'an empty operation name': () => op(`query A ${me}`, { operationName: '' }),
    'two operations without a name': () => op(`query A ${me} query B ${me}`),
    'fragments alone': () => op('fragment F on User { id }'),
    'an unknown parameter': () => op(me, { id: '1' }),
    'an unknown parameter that is null': () => op(me, { id: null }),
    'a parameter named __proto__': () => ({ body: `{"query":"${me}","__proto__":{"x":1}}` }),
    'a variable named __proto__': () => ({ body: `{"query":"${me}","variables":{"__proto__":{"x":1}}}` }),
    'a query twice': () => ({ body: `{"query":"{ nothing }","query":"${me}"}` }),
    'an empty body': () => ({ body: '' }),
    'not JSON': () => ({ body: '{"query": ' }),
    null: () => ({ body: 'null' }),
    'a number': () => ({ body: '7' }),
    text: () => ({ body: '"x"' }),
    'a batch': () => ({ body: json([{ query: me }, { query: me }]) }),
    'an empty batch': () => ({ body: '[]' }),
    'a byte order mark': () => ({ body: `\uFEFF${json({ query: me })}` }),
    'white space around': () => ({ body: ` \n${json({ query: me })}\n ` }),
    'a subscription': () => op('subscription { changes(after: 0) { seq } }'),
    'no token': () => ({ ...op(me), headers: { authorization: '' } }),
    'no token where one is needed': () => ({
      ...op(`{ changes(after: 0) { lastSeq } }`),
      headers: { authorization: '' },
    }),
    'a dead token': () => ({ ...op(me), headers: { authorization: 'Bearer a.b.c' } }),
    'a dead token for a mutation': () => ({ ...op('mutation { logout }'), headers: { authorization: 'Bearer a.b.c' } }),
    'another kind of token': () => ({ ...op(me), headers: { authorization: 'Basic x' } }),
    'a mutation that finds nothing': () => op('mutation { deleteEntry(id: "x") }'),
    'a mutation with bad input': () => op(create, entry({ date: '2026-02-30' })),
    'a mutation of somebody else’s metric': () => op(create, entry({ metricId: newId() })),
    'two mutations, one of which fails': () => op(`mutation { a: deleteEntry(id: "x") b: deleteMetric(id: "y") }`),
    unicode: () => op(search, { variables: { text: 'Ärger über 東京 🌧️ \u2028 \ud83c\udf27' } }),
    'unicode in the document': () => op(`{ me { id } # 東京\n nothing }`),
    'unicode in an error': () => op('{ metrics(after: "東京🌧️") { edges { cursor } } }'),
    'half a surrogate pair': () => ({ body: `{"query":"{ entry(id: \\"\\ud800\\") { id } }"}` }),
    'bytes that are no UTF-8': () => ({
      body: Buffer.concat([
        Buffer.from(`{"query":"{ metrics(after: \\"`),
        Buffer.from([0xff, 0xc3]),
        Buffer.from(`\\") { edges { cursor } } }"}`),
      ]),
    }),
    'another address of the endpoint': () => ({ ...op(me), path: '/graphql/' }),
    'a query string': () => ({ ...op(me), path: '/graphql?query={nothing}' }),
    ...Object.fromEntries(
      [
        'application/json; charset=utf-8',
        'application/json;charset=utf-8',
        'application/json; charset=UTF-8',
        'application/json; charset=iso-8859-1',
        'Application/JSON',
        'application/json, application/json',
        'application/jsonx',
        'application/graphql+json',
        'application/graphql-response+json',
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        '',
      ].map((type) => [`the content type "${type}"`, () => ({ ...op(me), headers: { 'content-type': type } })]),
    ),
  };
};

/** What clients say they accept, the usual ones first. */
export const accepts = [
  '*/*',
  '',
  'application/json',
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'application/json;q=0.5, application/graphql-response+json',
  'APPLICATION/JSON',
  'application/json, text/plain, */*',
  'text/plain, */*',
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'application/*',
  'application/graphql-response+json',
  'application/graphql-response+json, application/json;q=0.9',
  'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
  'application/json, application/graphql-response+json',
  'application/json, multipart/mixed',
  'application/json, text/event-stream',
  'multipart/mixed',
  'multipart/mixed, application/json',
  'text/event-stream',
  'text/plain',
  'x',
];
