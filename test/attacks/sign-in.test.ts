import { verify } from 'argon2';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApp, type App } from '../setup/app.ts';
import { goodPassword, newEmail, type RawError, type Session } from '../setup/client.ts';

// The hash itself, counted.
vi.mock(import('argon2'), async (load) => {
  const real = await load();
  return { ...real, verify: vi.fn<typeof real.verify>(real.verify) };
});

let app: App;

// One proxy is trusted, which the tests play: each says from which address it asks.
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT: 'on', TRUST_PROXY: '1' });
});
afterAll(() => app.stop());

let hosts = 0;
const newAddress = () => `198.51.${Math.floor((hosts += 1) / 250)}.${hosts % 250}`;

type Body = { data?: Record<string, Session | null> | null; errors?: RawError[] };
type Asked = { status: number; body: Body };

async function ask(query: string, variables: object, from: string, token?: string): Promise<Asked> {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': from,
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

const session = 'accessToken refreshToken user { id email } device { id } expiresAt';
const login = (email: string, password: string, from: string, token?: string) =>
  ask(`mutation ($i: LoginInput!) { login(input: $i) { ${session} } }`, { i: { email, password } }, from, token);
const register = (email: string, from: string) =>
  ask(
    `mutation ($i: RegisterInput!) { register(input: $i) { ${session} } }`,
    { i: { email, password: goodPassword } },
    from,
  );
const codes = ({ body }: Asked): string[] => body.errors?.map(({ extensions }) => extensions.code) ?? [];
const tally = (all: string[], code: string): number => all.filter((each) => each === code).length;

/** Somebody with an account, at an address of their own. */
async function newOwner() {
  const [email, home] = [newEmail(), newAddress()];
  const { body } = await register(email, home);
  return { email, home, session: body.data!['register']! };
}

/** The codes of as many wrong passwords as addresses are given, a few at a time. */
async function guess(email: string, from: readonly string[], token?: string): Promise<string[]> {
  const all: string[] = [];
  for (let i = 0; i < from.length; i += 4) {
    const some = from.slice(i, i + 4).map((address) => login(email, 'wrong password', address, token));
    all.push(...(await Promise.all(some)).flatMap(codes));
  }
  return all;
}
const times = (length: number, address: string) => Array.from({ length }, () => address);
const manyAddresses = (length: number) => Array.from({ length }, newAddress);

describe('12: a hundred guesses at a password', () => {
  it('in a loop are refused after ten, the right one among them', async () => {
    const { email } = await newOwner();
    const stranger = newAddress();
    const all = await guess(email, times(100, stranger));
    expect([tally(all, 'UNAUTHENTICATED'), tally(all, 'RATE_LIMITED')]).toEqual([10, 90]);
    expect(codes(await login(email, goodPassword, stranger))).toEqual(['RATE_LIMITED']);
    expect(codes(await login(email, goodPassword, newAddress()))).toEqual([]);
  });

  it('under aliases of one request are not more than one by one: the first that is wrong ends the request', async () => {
    const { email } = await newOwner();
    const fields = Array.from(
      { length: 10 },
      (_, i) => `a${i}: login(input: { email: "${email}", password: "wrong ${i}" }) { accessToken }`,
    );
    const from = newAddress();
    const all: string[] = [];
    for (let i = 0; i < 15; i += 1) all.push(...codes(await ask(`mutation { ${fields.join(' ')} }`, {}, from)));
    expect([tally(all, 'UNAUTHENTICATED'), tally(all, 'RATE_LIMITED')]).toEqual([10, 5]);
  });

  it('in a batch are not looked at', async () => {
    const { email } = await newOwner();
    const query = `mutation { login(input: { email: "${email}", password: "wrong" }) { accessToken } }`;
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': newAddress() },
      body: JSON.stringify(Array.from({ length: 100 }, () => ({ query }))),
    });
    const text = await response.text();
    expect(text).toContain('INVALID_INPUT');
    expect(text).not.toContain('UNAUTHENTICATED');
  });

  it('through the other way in, for clients with a media type of their own, are counted as well', async () => {
    const { email } = await newOwner();
    const query = `mutation { login(input: { email: "${email}", password: "wrong" }) { accessToken } }`;
    const from = newAddress();
    const all: string[] = [];
    for (let i = 0; i < 15; i += 1) {
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/graphql+json', 'x-forwarded-for': from },
        body: JSON.stringify({ query }),
      });
      all.push(...(((await response.json()) as Body).errors ?? []).map(({ extensions }) => extensions.code));
    }
    expect([tally(all, 'UNAUTHENTICATED'), tally(all, 'RATE_LIMITED')]).toEqual([10, 5]);
    expect(codes(await login(email, goodPassword, newAddress()))).toEqual([]);
  });

  it('at once are not let through because nobody has failed yet', async () => {
    const { email } = await newOwner();
    const stranger = newAddress();
    const answers = await Promise.all(times(100, stranger).map((from) => login(email, 'wrong password', from)));
    expect(tally(answers.flatMap(codes), 'UNAUTHENTICATED')).toBe(10);
  });

  it('with addresses made up in X-Forwarded-For are those of one client', async () => {
    const { email } = await newOwner();
    const stranger = newAddress();
    const all = await guess(
      email,
      manyAddresses(100).map((made) => `${made}, ${stranger}`),
    );
    expect(tally(all, 'UNAUTHENTICATED')).toBe(10);
  });

  it('from one household with its many IPv6 addresses are those of one client', async () => {
    const { email } = await newOwner();
    const all = await guess(
      email,
      Array.from({ length: 50 }, (_, i) => `2001:db8:7:7::${i + 1}`),
    );
    expect(tally(all, 'UNAUTHENTICATED')).toBe(10);
    expect(codes(await login(email, 'wrong password', '2001:db8:7:8::1'))).toEqual(['UNAUTHENTICATED']);
  });

  it('10: at accounts that do or do not exist look the same', async () => {
    const { email } = await newOwner();
    const { known, unknown, hashes } = await guessInTurn(email, newEmail());
    expect(unknown.map(withoutSeconds)).toEqual(known.map(withoutSeconds));
    expect(known.slice(10).flatMap(codes)).toEqual(Array.from({ length: 10 }, () => 'RATE_LIMITED'));
    // Ten of each cost one hash, known or not; those refused cost none.
    expect(hashes).toEqual([...Array.from({ length: 20 }, () => 1), ...Array.from({ length: 20 }, () => 0)]);
  });

  /** Twenty guesses at each of two accounts, in turn, and how many hashes each guess took. */
  async function guessInTurn(...emails: [string, string]) {
    const from = [newAddress(), newAddress()];
    const answers: [Asked[], Asked[]] = [[], []];
    const hashes: number[] = [];
    for (let i = 0; i < 40; i += 1) {
      const before = vi.mocked(verify).mock.calls.length;
      answers[i % 2]!.push(await login(emails[i % 2]!, 'wrong password', from[i % 2]!));
      hashes.push(vi.mocked(verify).mock.calls.length - before);
    }
    return { known: answers[0], unknown: answers[1], hashes };
  }
  /** An answer, but for the seconds to wait: those tick. */
  const withoutSeconds = ({ status, body }: Asked) => ({
    status,
    body: JSON.stringify(body).replace(/\b(5[5-9]|60)\b/g, 'about 60'),
  });
});

describe('12: a whole net of attackers', () => {
  it('is held up together, and does not lock the owner out', { timeout: 60_000 }, async () => {
    const owner = await newOwner();
    const all = await guess(owner.email, manyAddresses(130));
    expect(tally(all, 'UNAUTHENTICATED')).toBeGreaterThanOrEqual(100);
    expect(tally(all, 'UNAUTHENTICATED')).toBeLessThanOrEqual(105);
    // Strangers are refused from now on, and that is what the owner would be without being known.
    expect(codes(await login(owner.email, goodPassword, newAddress()))).toEqual(['RATE_LIMITED']);
    // At home; elsewhere with the token of a device, which may be signed out.
    expect(codes(await login(owner.email, goodPassword, owner.home))).toEqual([]);
    const { accessToken } = owner.session;
    await ask('mutation { logout }', {}, owner.home, accessToken);
    expect(codes(await login(owner.email, goodPassword, newAddress(), accessToken))).toEqual([]);
  });

  it('does not keep the owner from what needs the password, nor from a refresh', { timeout: 60_000 }, async () => {
    const owner = await newOwner();
    await guess(owner.email, manyAddresses(110));
    const { accessToken, refreshToken } = owner.session;
    const change = `mutation { changePassword(currentPassword: "${goodPassword}", newPassword: "another good one") { ${session} } }`;
    const refresh = 'mutation ($t: String!) { refreshSession(refreshToken: $t) { accessToken } }';
    expect(codes(await ask(refresh, { t: refreshToken }, newAddress()))).toEqual([]);
    expect(codes(await ask(change, {}, newAddress(), accessToken))).toEqual([]);
  });

  it('gains nothing from a token of an account of its own', async () => {
    const [owner, attacker] = [await newOwner(), await newOwner()];
    const all = await guess(owner.email, times(30, attacker.home), attacker.session.accessToken);
    expect(tally(all, 'UNAUTHENTICATED')).toBe(10);
  });
});

describe('12: a device', () => {
  it('that shares its address with an attacker gets in with its token', async () => {
    const owner = await newOwner();
    await guess(owner.email, times(20, owner.home));
    expect(codes(await login(owner.email, goodPassword, owner.home))).toEqual(['RATE_LIMITED']);
    expect(codes(await login(owner.email, goodPassword, owner.home, owner.session.accessToken))).toEqual([]);
  });

  it('has all its guesses again after the right one', async () => {
    const { email, home } = await newOwner();
    for (let i = 0; i < 3; i += 1) {
      expect(tally(await guess(email, times(9, home)), 'UNAUTHENTICATED')).toBe(9);
      expect(codes(await login(email, goodPassword, home))).toEqual([]);
    }
  });

  it('that is stolen signed in cannot guess the password where it is asked for again', async () => {
    const owner = await newOwner();
    const erase = (password: string) =>
      ask(`mutation { deleteAccount(password: "${password}") }`, {}, newAddress(), owner.session.accessToken);
    const all: string[] = [];
    for (let i = 0; i < 30; i += 1) all.push(...codes(await erase(`wrong ${i}`)));
    expect([tally(all, 'INVALID_INPUT'), tally(all, 'RATE_LIMITED')]).toEqual([10, 20]);
    expect(codes(await erase(goodPassword))).toEqual(['RATE_LIMITED']);
    // Another device of the same person is not held up.
    const other = await login(owner.email, goodPassword, owner.home);
    const { accessToken } = other.body.data!['login']!;
    const erasure = `mutation { deleteAccount(password: "${goodPassword}") }`;
    expect(codes(await ask(erasure, {}, owner.home, accessToken))).toEqual([]);
  });
});

describe('11: registering', () => {
  it('an address that has an account is a CONFLICT, and throttled', { timeout: 60_000 }, async () => {
    const { email } = await newOwner();
    const from = newAddress();
    const all: string[] = [];
    for (let i = 0; i < 60; i += 1) all.push(...codes(await register(email, from)));
    expect(tally(all, 'CONFLICT')).toBeGreaterThanOrEqual(50);
    expect(tally(all, 'CONFLICT')).toBeLessThan(55);
    expect(all.at(-1)).toBe('RATE_LIMITED');
    expect(codes(await register(newEmail(), newAddress()))).toEqual([]);
  });
});
