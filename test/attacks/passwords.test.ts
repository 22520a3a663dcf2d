import { hash, verify } from 'argon2';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { sql } from '../../src/platform/database/database.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client, goodPassword, newEmail } from '../setup/client.ts';
import { refusalOf } from '../setup/refusals.ts';
import { transports, type Answer } from './transports.ts';

// The hash itself, counted.
vi.mock(import('argon2'), async (load) => {
  const real = await load();
  return {
    ...real,
    hash: vi.fn<(...all: never[]) => unknown>(real.hash as never) as unknown as typeof real.hash,
    verify: vi.fn<typeof real.verify>(real.verify),
  };
});

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  client = await Client.register(app.url);
});

const signIn = 'mutation ($input: LoginInput!) { login(input: $input) { user { id } } }';

/** What was answered, and how many hashes it took. */
async function countHashes<Result>(work: () => Promise<Result>): Promise<{ result: Result; hashes: number }> {
  const count = () => vi.mocked(verify).mock.calls.length + vi.mocked(hash).mock.calls.length;
  const before = count();
  const result = await work();
  return { result, hashes: count() - before };
}
const codesOf = ({ errors }: Answer) => errors?.map(({ extensions }) => extensions.code);

it.each(transports)('10: an unknown address is answered as a wrong password is, over %s', async (_, ask) => {
  const login = (email: string, password: string) =>
    countHashes(() => ask(client, signIn, { input: { email, password } }));
  const { email } = client.session!.user;
  expect((await login(email, goodPassword)).result).toEqual({ data: { login: { user: { id: client.userId } } } });
  // The first of all costs the hash that stands for those that are not there.
  await login(newEmail(), 'wrong password');
  const known = await login(email, 'wrong password');
  expect(codesOf(known.result)).toEqual(['UNAUTHENTICATED']);
  expect(known.hashes).toBe(1);
  for (const unknown of [newEmail(), '', 'no address', 'a\0b', '\ud800'])
    expect(await login(unknown, 'wrong password'), `${unknown}`).toEqual(known);
});

it('11: an address in other letters is the same address, and CONFLICT opens nothing', async () => {
  const { email } = client.session!.user;
  for (const same of [email, email.toUpperCase(), ` ${email} `]) {
    const { data, errors } = await new Client(app.url).raw(
      'mutation ($input: RegisterInput!) { register(input: $input) { accessToken } }',
      { input: { email: same, password: 'another long sentence' } },
    );
    expect([data ?? null, errors?.map(({ extensions }) => extensions.code)]).toEqual([null, ['CONFLICT']]);
  }
  expect((await Client.login(app.url, email)).userId).toBe(client.userId);
  expect((await Client.register(app.url, { email: newEmail() })).userId).not.toBe(client.userId);
});

/** Wherever a password can be said. */
const asked: Record<string, (password: string) => [string, object]> = {
  login: (password) => [signIn, { input: { email: newEmail(), password } }],
  register: (password) => [
    'mutation ($input: RegisterInput!) { register(input: $input) { user { id } } }',
    { input: { email: newEmail(), password } },
  ],
  'changePassword (the old one)': (password) => [
    'mutation ($p: String!) { changePassword(currentPassword: $p, newPassword: "another long sentence") { expiresAt } }',
    { p: password },
  ],
  'changePassword (the new one)': (password) => [
    `mutation ($p: String!) { changePassword(currentPassword: "${goodPassword}", newPassword: $p) { expiresAt } }`,
    { p: password },
  ],
  deleteAccount: (password) => ['mutation ($p: String!) { deleteAccount(password: $p) }', { p: password }],
};

it.each(Object.keys(asked))('13: a huge password is refused before it is hashed, in %s', async (name) => {
  for (const [, ask] of transports) {
    const small = asked[name]!('not quite as long a sentence');
    expect((await countHashes(() => ask(client, ...small))).hashes).toBeGreaterThan(0);
    const other = await Client.register(app.url);
    const huge = asked[name]!('x'.repeat(1_000_000));
    const { result, hashes } = await countHashes(() => ask(other, ...huge));
    expect([codesOf(result), hashes]).toEqual([['INVALID_INPUT'], 0]);
    client = other;
  }
});

it('13: of somebody who is not signed in, a huge password is not even read', async () => {
  const { result, hashes } = await countHashes(() =>
    refusalOf(Client.login(app.url, client.session!.user.email, 'x'.repeat(1_000_000))),
  );
  expect([result, hashes]).toMatchObject([{ code: 'TOO_COSTLY', status: 413 }, 0]);
});

it('14: a hash of outdated strength is made anew at the next sign-in, and not by a wrong password', async () => {
  const { email } = client.session!.user;
  const readHash = async () =>
    (
      await sql.query<{ hash: string }>('SELECT password_hash AS hash FROM users WHERE id = $1::uuid', [client.userId])
    )[0]!.hash;
  const outdated = await hash(goodPassword, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
  await sql.query('UPDATE users SET password_hash = $2::text WHERE id = $1::uuid', [client.userId, outdated]);
  await refusalOf(Client.login(app.url, email, 'wrong password'));
  expect(await readHash()).toBe(outdated);
  await Client.login(app.url, email);
  expect(await readHash()).toMatch(/^\$argon2id\$v=19\$m=19456,/);
  expect((await Client.login(app.url, email)).userId).toBe(client.userId);
});
