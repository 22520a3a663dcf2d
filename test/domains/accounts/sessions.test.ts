import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/kernel/ids.ts';
import { sql } from '../../../src/platform/database.ts';
import { keyFor } from '../../../src/platform/secrets.ts';
import { signToken } from '../../../src/platform/signed-tokens.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { refusalOf } from '../../setup/refusals.ts';

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
  client = await Client.register(app.url);
});
afterAll(() => app.stop());

const withToken = (accessToken: string) => new Client(app.url, { ...client.session!, accessToken });
const now = () => Math.floor(Date.now() / 1000);

describe('an access token', () => {
  const claims = () => ({
    sub: client.userId,
    sid: client.session!.device.id,
    exp: now() + 600,
    iss: 'lifegraph',
    aud: 'access-token',
  });
  const forge = (changes: object, key: jwt.Secret = keyFor('access-token'), options: jwt.SignOptions = {}) =>
    jwt.sign(JSON.parse(JSON.stringify({ ...claims(), ...changes })) as object, key, {
      algorithm: 'HS256',
      noTimestamp: true,
      ...options,
    });
  const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('made with the right key and claims works: the forgeries below fail for the one thing they change', async () => {
    expect(await withToken(forge({})).seq()).toBe(1);
  });

  const forgeries: Record<string, () => string> = {
    'of another audience': () => forge({ aud: 'link' }),
    'of no audience': () => forge({ aud: undefined }),
    'of another issuer': () => forge({ iss: 'somebody' }),
    'of no issuer': () => forge({ iss: undefined }),
    'without an end': () => forge({ exp: undefined }),
    'past its end': () => forge({ exp: now() - 1 }),
    'that begins tomorrow': () => forge({ nbf: now() + 86_400 }),
    'of no session': () => forge({ sid: undefined }),
    'of a session that never was': () => forge({ sid: newId() }),
    'of another person': () => forge({ sub: newId() }),
    'signed with another key': () => forge({}, Buffer.alloc(32, 1)),
    'signed with the key of links': () => forge({}, keyFor('link')),
    'signed with another algorithm': () => forge({}, keyFor('access-token'), { algorithm: 'HS512' }),
    'signed with nothing (alg none)': () => `${base64({ alg: 'none', typ: 'JWT' })}.${base64(claims())}.`,
    'with the signature cut off': () => forge({}).replace(/[^.]+$/, ''),
    'with other claims under the same signature': () =>
      forge({}).replace(/\.[^.]+\./, `.${base64({ ...claims(), exp: now() + 9999 })}.`),
    'that brings its own key (jwk)': () =>
      forge({}, Buffer.alloc(32, 1), {
        header: { alg: 'HS256', jwk: { kty: 'oct', k: Buffer.alloc(32, 1).toString('base64url') } } as jwt.JwtHeader,
      }),
    'that points at a key (kid)': () => forge({}, '', { header: { alg: 'HS256', kid: '../../../../dev/null' } }),
    'that is a refresh token': () => client.session!.refreshToken,
    'that is a link': () => signToken('link', { sub: client.userId, sid: client.session!.device.id }, 600).token,
    'that is nothing': () => '',
    'that is no token': () => 'x.y.z',
  };

  it.each(Object.keys(forgeries))('%s is refused over HTTP and on a socket', async (name) => {
    let token: string;
    try {
      token = forgeries[name]!();
    } catch {
      // The library itself refuses to sign with an empty key: sign it by hand.
      token = `${base64({ alg: 'HS256', kid: '../../../../dev/null' })}.${base64(claims())}.AAAA`;
    }
    const visitor = withToken(token);
    expect(await refusalOf(visitor.seq())).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
    const socket = visitor.follow(0);
    expect(await Promise.race([socket.closed, socket.take(1)])).toMatchObject({ code: 4401 });
  });

  it.each(['Basic x', 'bearer', 'Bearer', 'Bearer a b', 'x'])(
    'in a header that reads %j is refused, not ignored',
    async (authorization) => {
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query: '{ me { id } }' }),
      });
      expect(response.status).toBe(401);
    },
  );

  it('ends the socket at its own end, and a new one continues where that stopped', async () => {
    const metric = await client.createMetric();
    const { token } = signToken('access-token', { sub: client.userId, sid: client.session!.device.id }, 4);
    const socket = withToken(token).follow(0);
    const seen = (await socket.take(2)).map((result) => result.changes.seq);
    expect(await socket.closed).toMatchObject({ code: 4401 });
    await client.createEntry({ metricId: metric.id });
    const next = client.follow(seen.at(-1)!);
    expect((await next.take(1))[0]!.changes.seq).toBe(3);
    await next.close();
  });
});

describe('a device', () => {
  it('notes when it was last seen, at most once a minute', async () => {
    const read = async () =>
      (
        await sql.query<{ at: Date }>('SELECT last_seen_at AS at FROM sessions WHERE id = $1::uuid', [
          client.session!.device.id,
        ])
      )[0]!.at;
    const before = await read();
    await client.seq();
    expect(await read()).toEqual(before);
    await sql.query(`UPDATE sessions SET last_seen_at = now() - interval '5 minutes' WHERE id = $1::uuid`, [
      client.session!.device.id,
    ]);
    // Not while the session is remembered as open; with the look-up after that.
    const sinceSeen = async () => (await client.seq(), Date.now() - (await read()).getTime());
    await expect.poll(sinceSeen, { timeout: 5000 }).toBeLessThan(60_000);
  });
});
