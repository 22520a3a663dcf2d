import { createHmac, generateKeyPairSync, hkdfSync, sign as signWith, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { keyFor } from '../../src/platform/secrets/secrets.ts';
import { signToken } from '../../src/platform/secrets/signed-tokens.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';
import { refusalOf } from '../setup/refusals.ts';

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
  client = await Client.register(app.url);
});
afterAll(() => app.stop());

const withToken = (accessToken: string) => new Client(app.url, { ...client.session!, accessToken });
const now = () => Math.floor(Date.now() / 1000);
const claims = () => ({
  sub: client.userId,
  sid: client.session!.device.id,
  exp: now() + 600,
  iss: 'lifegraph',
  aud: 'access-token',
});

type Forgery = { header?: object; key?: KeyObject | Buffer | string; hash?: string };
const base64 = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
/** A token made by hand, as an attacker would: no library stands in the way. */
function forge(changes: object, { header = {}, key = keyFor('access-token'), hash = 'sha256' }: Forgery = {}): string {
  const text = `${base64({ alg: 'HS256', typ: 'JWT', ...header })}.${base64({ ...claims(), ...changes })}`;
  return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`;
}
const unsigned = (alg: unknown) => `${base64({ alg, typ: 'JWT' })}.${base64(claims())}.`;
const foreign = Buffer.alloc(32, 1);

/** With a key pair of the attacker's, whose public half comes along. */
function forgeWithKeyPair(): string {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const header = { alg: 'RS256', jwk: publicKey.export({ format: 'jwk' }) };
  const text = `${base64(header)}.${base64(claims())}`;
  return `${text}.${signWith('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
}

const forgeries: Record<string, () => string> = {
  '1: signed with another key': () => forge({}, { key: foreign }),
  '1: of another installation': () =>
    forge({}, { key: Buffer.from(hkdfSync('sha256', foreign, 'lifegraph', 'access-token', 32)) }),
  '1: signed with HS384': () => forge({}, { header: { alg: 'HS384' }, hash: 'sha384' }),
  '1: signed with HS512': () => forge({}, { header: { alg: 'HS512' }, hash: 'sha512' }),
  '1: signed with the attacker’s RS256 key, which comes along': forgeWithKeyPair,
  '1: that says RS256 of an HS256 signature': () => forge({}, { header: { alg: 'RS256' } }),
  '1: alg none': () => unsigned('none'),
  '1: alg None': () => unsigned('None'),
  '1: alg nOnE': () => unsigned('nOnE'),
  '1: an empty alg': () => unsigned(''),
  '1: no alg': () => unsigned(undefined),
  '1: a list of algs': () => forge({}, { header: { alg: ['HS256', 'none'] }, key: foreign }),
  '1: with the signature cut off': () => forge({}).replace(/[^.]+$/, ''),
  '1: with two parts': () => forge({}).replace(/\.[^.]+$/, ''),
  '1: with other claims under the same signature': () =>
    forge({}).replace(/\.[^.]+\./, `.${base64({ ...claims(), exp: now() + 9999 })}.`),
  '1: with its key (jwk)': () =>
    forge({}, { key: foreign, header: { jwk: { kty: 'oct', k: foreign.toString('base64url') } } }),
  '1: that points at a key (kid, a file)': () => forge({}, { key: '', header: { kid: '../../../../dev/null' } }),
  '1: that points at a key (kid, SQL)': () => forge({}, { key: 'k', header: { kid: `x' UNION SELECT 'k` } }),
  '1: that points at a key (jku)': () =>
    forge({}, { key: foreign, header: { kid: '1', jku: 'https://evil.example/keys.json' } }),
  '1: that points at a key (x5u)': () => forge({}, { key: foreign, header: { x5u: 'https://evil.example/cert' } }),
  '1: of another person': () => forge({ sub: newId() }),
  '1: of a session that never was': () => forge({ sid: newId() }),
  '1: of no session': () => forge({ sid: undefined }),
  '1: of a session that is a list': () => forge({ sid: [client.session!.device.id] }),
  '1: that is nothing': () => '',
  '1: that is no token': () => 'x.y.z',
  '2: without an end': () => forge({ exp: undefined }),
  '2: whose end is null': () => forge({ exp: null }),
  '2: whose end is text': () => forge({ exp: '9999999999' }),
  '2: past its end': () => forge({ exp: now() - 1 }),
  '2: that begins tomorrow': () => forge({ nbf: now() + 86_400 }),
  '2: of another issuer': () => forge({ iss: 'somebody' }),
  '2: of no issuer': () => forge({ iss: undefined }),
  '2: of another audience': () => forge({ aud: 'link' }),
  '2: of no audience': () => forge({ aud: undefined }),
  '2: of other audiences': () => forge({ aud: ['link', 'refresh-token'] }),
  '3: that is a refresh token': () => client.session!.refreshToken,
  '3: that is a link': () => signToken('link', { sub: client.userId, sid: client.session!.device.id }, 600).token,
  '3: signed with the key of links': () => forge({}, { key: keyFor('link') }),
  '3: signed with the key of refresh tokens': () => forge({}, { key: keyFor('refresh-token') }),
};

describe('an access token', () => {
  it('1, 2, 3: made with the right key and claims works: the forgeries fail for the one thing they change', async () => {
    const visitor = withToken(forge({}));
    expect(await visitor.seq()).toBe(1);
    const socket = visitor.follow(0);
    expect(await socket.take(1)).toMatchObject([{ changes: { seq: 1 } }]);
    await socket.close();
  });

  it.each(Object.keys(forgeries))('%s: is refused over HTTP and on a socket', async (name) => {
    const visitor = withToken(forgeries[name]!());
    expect(await refusalOf(visitor.seq())).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
    const socket = visitor.follow(0);
    expect(await Promise.race([socket.closed, socket.take(1)])).toMatchObject({ code: 4401 });
  });

  it.each(['Basic x', 'bearer', 'Bearer', 'Bearer a b', 'x'])(
    '1: in a header that reads %j is refused, not ignored',
    async (authorization) => {
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query: '{ me { id } }' }),
      });
      expect(response.status).toBe(401);
    },
  );

  it('1: is read from its header alone, not from an address or a cookie, where others would keep it', async () => {
    const { accessToken } = client.session!;
    const ask = async (path: string, headers: Record<string, string>) => {
      const body = JSON.stringify({ query: '{ me { id } }' });
      const all = { 'content-type': 'application/json', ...headers };
      return (await fetch(`${app.url}${path}`, { method: 'POST', headers: all, body })).json();
    };
    expect(await ask('/graphql', client.headers)).toEqual({ data: { me: { id: client.userId } } });
    for (const name of ['access_token', 'token', 'authorization']) {
      expect(await ask(`/graphql?${name}=${accessToken}`, {})).toEqual({ data: { me: null } });
      expect(await ask('/graphql', { cookie: `${name}=${accessToken}` })).toEqual({ data: { me: null } });
    }
  });

  it('27: ends the socket at its own end, and a new one continues where that stopped', async () => {
    const metric = await client.createMetric();
    const other = client.follow(2);
    await other.connected;
    const { token } = signToken('access-token', { sub: client.userId, sid: client.session!.device.id }, 4);
    const socket = withToken(token).follow(0);
    const seen = (await socket.take(2)).map((result) => result.changes.seq);
    expect(await socket.closed).toMatchObject({ code: 4401 });
    await client.createEntry({ metricId: metric.id });
    // What closed it was its token: a socket with a longer one goes on.
    expect((await other.take(1))[0]!.changes.seq).toBe(3);
    await other.close();
    const next = client.follow(seen.at(-1)!);
    expect((await next.take(1))[0]!.changes.seq).toBe(3);
    await next.close();
  });
});
