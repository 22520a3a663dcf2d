import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { sql } from '../../src/platform/database/database.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client, newEmail } from '../setup/client.ts';

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp({ RATE_LIMIT: 'on' });
  client = await Client.register(app.url);
});
afterAll(() => app.stop());
afterEach(() => vi.restoreAllMocks());

/** The way of most requests, and that of all others. */
const ways: [string, Record<string, string>][] = [
  ['by the lane', { accept: 'application/json' }],
  ['in the media type of the specification', { accept: 'application/graphql-response+json' }],
  ['by Yoga', { accept: 'text/plain, application/json' }],
];

const post = async (query: string, headers: Record<string, string>) => {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...client.headers, ...headers },
    body: JSON.stringify({ query }),
  });
  type Body = { data?: object; errors?: { extensions: Record<string, unknown> }[] };
  const body = (await response.json()) as Body;
  return { status: response.status, retryAfter: response.headers.get('retry-after'), ...body };
};

const losesEntries = () => {
  const query = sql.query;
  vi.spyOn(sql, 'query').mockImplementation((text, ...rest) =>
    text.includes('FROM entries')
      ? Promise.reject(Object.assign(new Error(), { code: '57P03' }))
      : query(text, ...rest),
  );
};

describe.each(ways)('over HTTP, %s,', (_, headers) => {
  it('too much is 429, and says when to come again', async () => {
    const email = newEmail();
    const login = `mutation { login(input: { email: "${email}", password: "not the right one" }) { accessToken } }`;
    const answers = [];
    for (let i = 0; i < 12; i += 1) answers.push(await post(login, headers));
    const { status, retryAfter, errors } = answers.at(-1)!;
    const [{ extensions }] = errors as [{ extensions: Record<string, unknown> }];
    expect(extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) as number });
    expect([status, retryAfter]).toEqual([429, String(extensions['retryAfterSeconds'])]);
    expect(extensions['http']).toBeUndefined();
    expect(answers[0]).toMatchObject({ status: 401, retryAfter: null });
  });

  it('an outage is 503, and says when to come again', async () => {
    losesEntries();
    expect(await post('{ entries { edges { cursor } } }', headers)).toMatchObject({ status: 503, retryAfter: '2' });
  });

  it('an outage beside something that was given is no reason to ask for that again', async () => {
    losesEntries();
    const { status, retryAfter, errors, data } = await post(
      '{ me { id } entry(id: "0190aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa") { id } }',
      headers,
    );
    expect(data).toMatchObject({ me: { id: client.userId } });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
    expect([status, retryAfter]).toEqual([200, null]);
  });
});
