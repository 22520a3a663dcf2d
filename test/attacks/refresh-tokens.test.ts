import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '../../src/platform/database/database.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client, type Session } from '../setup/client.ts';
import { refusalOf } from '../setup/refusals.ts';

describe('a refresh token', () => {
  let app: App;
  let client: Client;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());
  beforeEach(async () => {
    client = await Client.register(app.url);
  });

  /** Lets ten seconds and more pass for the tokens of this person. */
  const age = () =>
    sql.query(`UPDATE refresh_tokens SET spent_at = spent_at - interval '11 seconds' WHERE user_id = $1::uuid`, [
      client.userId,
    ]);
  const works = (session: Session) => new Client(app.url, session).seq();
  const unauthenticated = { code: 'UNAUTHENTICATED', status: 401 };

  it('5, 6, 7: is exchanged for a new session of the same device', async () => {
    const next = await client.refresh();
    expect(next.device).toEqual(client.session!.device);
    expect(next.refreshToken).not.toBe(client.session!.refreshToken);
    expect(await works(next)).toBe(1);
    const third = await client.refresh(next.refreshToken);
    expect(await works(third)).toBe(1);
  });

  it('5: gives the same successor to a retry, so that a lost reply does no harm', async () => {
    const first = await client.refresh();
    const retry = await client.refresh();
    expect(retry.refreshToken).toBe(first.refreshToken);
    expect(await works(retry)).toBe(1);
  });

  it('7: has one successor, however many ask at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => client.refresh()));
    expect(new Set(all.map((session) => session.refreshToken)).size).toBe(1);
    const rows = await sql.query('SELECT 1 AS one FROM refresh_tokens WHERE user_id = $1::uuid AND spent_at IS NULL', [
      client.userId,
    ]);
    expect(rows).toHaveLength(1);
    expect(await works(await client.refresh(all[0]!.refreshToken))).toBe(1);
  });

  it('6: that comes back after the grace ends the family: descendants, access tokens and the open socket', async () => {
    const other = await Client.login(app.url, client.session!.user.email);
    const second = await client.refresh();
    const third = await client.refresh(second.refreshToken);
    const socket = new Client(app.url, third).follow(0);
    await socket.take(1);
    await age();
    expect(await refusalOf(client.refresh())).toMatchObject(unauthenticated);
    expect(await socket.closed).toMatchObject({ code: 4401 });
    for (const session of [client.session!, second, third]) {
      expect(await refusalOf(client.refresh(session.refreshToken))).toMatchObject(unauthenticated);
      expect(await refusalOf(works(session))).toMatchObject(unauthenticated);
    }
    expect(await works(other.session!)).toBe(1);
    expect(await works(await other.refresh())).toBe(1);
  });

  it('6: that comes back after its successor was used ends the family, also within the grace', async () => {
    const second = await client.refresh();
    const third = await client.refresh(second.refreshToken);
    expect(await refusalOf(client.refresh())).toMatchObject(unauthenticated);
    expect(await refusalOf(client.refresh(third.refreshToken))).toMatchObject(unauthenticated);
    expect(await refusalOf(works(third))).toMatchObject(unauthenticated);
  });

  it('2: past its time is refused, and ends nothing', async () => {
    await sql.query(`UPDATE refresh_tokens SET expires_at = now() - interval '1 second' WHERE user_id = $1::uuid`, [
      client.userId,
    ]);
    expect(await refusalOf(client.refresh())).toMatchObject(unauthenticated);
    expect(await works(client.session!)).toBe(1);
  });

  it.each(['', 'x', 'a\0b', '\ud800', 'x'.repeat(50_000)])('3: that was never one is refused', async (token) => {
    expect(await refusalOf(client.refresh(token))).toMatchObject(unauthenticated);
    expect(await works(client.session!)).toBe(1);
  });

  it('3: is none when it is an access token', async () => {
    expect(await refusalOf(client.refresh(client.session!.accessToken))).toMatchObject(unauthenticated);
  });
});
