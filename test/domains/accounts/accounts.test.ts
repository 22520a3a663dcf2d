import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../../../src/platform/database/database.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client, goodPassword, newEmail } from '../../setup/client.ts';
import { invalidAt, refusalOf } from '../../setup/refusals.ts';

let app: App;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

describe('registering', () => {
  it('opens an account, signs the device in, and begins the log', async () => {
    const email = newEmail();
    const client = await Client.register(app.url, {
      email: ` ${email.toUpperCase()} `,
      timeZone: 'Europe/Vienna',
      deviceName: 'Phone',
    });
    const { me } = await client.graphql<{ me: object }>('{ me { id email timeZone dayStartsAt preferences seq } }');
    expect(me).toEqual({
      id: client.userId,
      email,
      timeZone: 'Europe/Vienna',
      dayStartsAt: 0,
      preferences: {},
      seq: 1,
    });
    expect(Date.parse(client.session!.expiresAt)).toBeGreaterThan(Date.now());
  });

  it.each([
    'short',
    'password',
    'Password123',
    '12345678',
    'aaaaaaaaaaaa',
    'abababababab',
    'QWERTYUIOP',
    'long and good '.repeat(20),
  ])('refuses the password %j', async (password) => {
    expect(await refusalOf(Client.register(app.url, { password }))).toMatchObject(invalidAt('input', 'password'));
  });

  it('refuses the address itself as the password', async () => {
    const email = newEmail();
    expect(await refusalOf(Client.register(app.url, { email, password: email.toUpperCase() }))).toMatchObject(
      invalidAt('input', 'password'),
    );
  });

  it.each([
    '',
    'nobody',
    'a@b',
    '@example.org',
    'a b@example.org',
    `${'x'.repeat(250)}@example.org`,
    'a\0@example.org',
  ])('refuses the address %j', async (email) => {
    expect(await refusalOf(Client.register(app.url, { email }))).toMatchObject(invalidAt('input', 'email'));
  });

  it.each(['Mars/Olympus', '+02:00', 'CET+1', '', 'Europe/Vienna\0'])('refuses the time zone %j', async (timeZone) => {
    expect(await refusalOf(Client.register(app.url, { timeZone }))).toMatchObject(invalidAt('input', 'timeZone'));
  });

  it.each(['x'.repeat(101), 'a\0b', '\ud800'])('refuses a device name that cannot be kept', async (deviceName) => {
    expect(await refusalOf(Client.register(app.url, { deviceName }))).toMatchObject(invalidAt('input', 'deviceName'));
  });

  it('gives one address one account, in any case, however many ask at once', async () => {
    const email = newEmail();
    const attempts = await Promise.allSettled(
      [1, 2, 3, 4, 5].map((i) => Client.register(app.url, { email: i % 2 ? email : email.toUpperCase() })),
    );
    expect(attempts.filter((attempt) => attempt.status === 'fulfilled')).toHaveLength(1);
    for (const attempt of attempts.filter((one) => one.status === 'rejected'))
      expect(attempt.reason).toMatchObject({ code: 'CONFLICT' });
  });

  it('keeps the password nowhere but in a hash', async () => {
    const password = 'a planted secret 8127';
    const client = await Client.register(app.url, { password });
    const tables = ['users', 'changes', 'sessions', 'refresh_tokens'];
    for (const table of tables) {
      const rows = await sql.query(`SELECT t::text AS row FROM ${table} t`);
      expect(JSON.stringify(rows), `${table}`).not.toContain(password);
      expect(JSON.stringify(rows), `${table}`).not.toContain(client.session!.refreshToken);
    }
    const [user] = await sql.query<{ hash: string }>('SELECT password_hash AS hash FROM users WHERE id = $1::uuid', [
      client.userId,
    ]);
    expect(user!.hash).toMatch(/^\$argon2id\$v=19\$m=19456,[pt=12,]+\$/);
  });
});

describe('signing in', () => {
  it('makes a device of its own, whatever the case of the address', async () => {
    const phone = await Client.register(app.url);
    const laptop = await Client.login(app.url, phone.session!.user.email.toUpperCase());
    expect(laptop.userId).toBe(phone.userId);
    expect(laptop.session!.device.id).not.toBe(phone.session!.device.id);
    expect(await phone.seq()).toBe(1);
  });

  it('works with a dead token in the header: that is when one signs in again', async () => {
    const client = await Client.register(app.url);
    await client.graphql('mutation { logout }');
    const query = 'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }';
    const answer = await client.raw(query, { input: { email: client.session!.user.email, password: goodPassword } });
    expect(answer).toMatchObject({ status: 200, errors: undefined });
  });
});

describe('the end of a session', () => {
  const isSignedIn = async (client: Client) => (await client.raw('{ metrics { edges { cursor } } }')).status === 200;

  it('by changePassword reaches every device, and signs this one in again', async () => {
    const phone = await Client.register(app.url, { deviceName: 'Phone' });
    const laptop = await Client.login(app.url, phone.session!.user.email);
    const socket = laptop.follow(0);
    await socket.take(1);
    const change =
      'mutation ($old: String!, $new: String!) { changePassword(currentPassword: $old, newPassword: $new) { accessToken device { name } } }';
    const { changePassword } = await phone.graphql<{ changePassword: { accessToken: string; device: object } }>(
      change,
      {
        old: goodPassword,
        new: 'another long sentence',
      },
    );
    expect(await socket.closed).toMatchObject({ code: 4401 });
    expect(await Promise.all([phone, laptop].map(isSignedIn))).toEqual([false, false]);
    expect(await refusalOf(laptop.refresh())).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(changePassword.device).toEqual({ name: 'Phone' });
    expect(await isSignedIn(new Client(app.url, { ...phone.session!, accessToken: changePassword.accessToken }))).toBe(
      true,
    );
    expect(await refusalOf(Client.login(app.url, phone.session!.user.email))).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    expect((await Client.login(app.url, phone.session!.user.email, 'another long sentence')).userId).toBe(phone.userId);
  });

  it('needs the password to change it or to erase the account, and leaves all as it is without', async () => {
    const client = await Client.register(app.url);
    const change = client.graphql(
      'mutation { changePassword(currentPassword: "wrong one", newPassword: "another long sentence") { accessToken } }',
    );
    expect(await refusalOf(change)).toMatchObject(invalidAt('currentPassword'));
    const weak = client.graphql(
      `mutation { changePassword(currentPassword: "${goodPassword}", newPassword: "12345678") { accessToken } }`,
    );
    expect(await refusalOf(weak)).toMatchObject(invalidAt('newPassword'));
    const erase = client.graphql('mutation { deleteAccount(password: "wrong one") }');
    expect(await refusalOf(erase)).toMatchObject(invalidAt('password'));
    expect(await isSignedIn(client)).toBe(true);
  });

  it('by deleteAccount is for ever, at once, and leaves no row behind', async () => {
    const phone = await Client.register(app.url);
    const laptop = await Client.login(app.url, phone.session!.user.email);
    await phone.createEntry({ metricId: (await phone.createMetric()).id });
    const socket = laptop.follow(0);
    await socket.take(3);
    await phone.graphql('mutation ($password: String!) { deleteAccount(password: $password) }', {
      password: goodPassword,
    });
    expect(await socket.closed).toMatchObject({ code: 4401 });
    expect(await Promise.all([phone, laptop].map(isSignedIn))).toEqual([false, false]);
    expect(await refusalOf(phone.refresh())).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await refusalOf(Client.login(app.url, phone.session!.user.email))).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    const tables = await sql.query<{ name: string }>(
      `SELECT DISTINCT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'user_id'
       AND table_name <> 'erasures'`,
    );
    expect(tables.length).toBeGreaterThan(5);
    // What was done stays as a pseudonym: nothing in it can be read any more (attacks/audit.test.ts).
    const audit = ['audit_events', 'audit_heads'];
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(audit));
    for (const { name } of tables.filter((table) => !audit.includes(table.name))) {
      expect(
        await sql.query(`SELECT 1 AS one FROM ${name} WHERE user_id = $1::uuid`, [phone.userId]),
        `${name}`,
      ).toEqual([]);
    }
    expect((await Client.register(app.url, { email: phone.session!.user.email })).userId).not.toBe(phone.userId);
  });
});

describe('the profile', () => {
  const update = (client: Client, input: object) =>
    client.graphql<{ updateProfile: object }>(
      'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { timeZone dayStartsAt preferences } }',
      { input },
    );

  it('changes what is named, and is logged', async () => {
    const client = await Client.register(app.url);
    const preferences = { theme: 'dark', nested: { list: [1, null, 'x'] } };
    await update(client, { preferences });
    expect((await update(client, { timeZone: 'Asia/Kathmandu', dayStartsAt: 4 })).updateProfile).toEqual({
      timeZone: 'Asia/Kathmandu',
      dayStartsAt: 4,
      preferences,
    });
    expect((await client.replay(1)).map((line) => [line.kind, line.entityType])).toEqual([
      ['UPDATED', 'User'],
      ['UPDATED', 'User'],
    ]);
  });

  it.each([
    ['timeZone', 'Nowhere/Land'],
    ['timeZone', '+01:00'],
    ['dayStartsAt', 24],
    ['dayStartsAt', -1],
    ['preferences', 'text'],
    ['preferences', [1]],
    ['preferences', { long: 'x'.repeat(17_000) }],
    ['preferences', { bad: 'a\0b' }],
    ['preferences', { bad: '\ud800' }],
    ['preferences', { 'a\0b': 1 }],
  ])('refuses %s %j', async (field, value) => {
    const client = await Client.register(app.url);
    expect(await refusalOf(update(client, { [field]: value }))).toMatchObject(invalidAt('input', field));
    expect(await client.seq()).toBe(1);
  });

  it('is nobody when nobody is signed in, and an error when the token is dead', async () => {
    expect(await new Client(app.url).graphql('{ me { id } }')).toEqual({ me: null });
    const client = await Client.register(app.url);
    await client.graphql('mutation { logout }');
    expect(await refusalOf(client.graphql('{ me { id } }'))).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
  });
});
