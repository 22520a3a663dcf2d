import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { sql } from '../../src/platform/database/database.ts';
import { log } from '../../src/platform/observation/log.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';
import { refusalOf } from '../setup/refusals.ts';
import { transports } from './transports.ts';

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
  client = await Client.register(app.url);
});
afterAll(() => app.stop());
afterEach(() => vi.restoreAllMocks());

const secret = 'planted-secret in a row';
const masked = {
  message: 'Something went wrong on our side.',
  extensions: { code: 'INTERNAL', correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string },
};

/** Fails the statements that match, with the secret wherever a driver puts what a row holds. */
function breakStatements(pattern: RegExp): void {
  const error = Object.assign(new Error(secret), { detail: secret, where: secret, cause: new Error(secret) });
  const { query } = sql;
  vi.spyOn(sql, 'query').mockImplementation((text, ...rest) =>
    pattern.test(text) ? Promise.reject(error) : query(text, ...rest),
  );
}

describe('22: a failure that is nobody’s business', () => {
  const read = '{ entries { edges { cursor } } }';

  it.each(transports)('is masked, over %s, with a number under which the log has its cause', async (_, ask) => {
    expect(await ask(client, read)).toEqual({ data: { entries: { edges: [] } } });
    breakStatements(/FROM entries/);
    const noted = vi.spyOn(log, 'error');
    const answer = await ask(client, read);
    expect(answer).toMatchObject({ errors: [masked] });
    expect(JSON.stringify(answer)).not.toContain('planted');
    const { correlationId } = answer.errors![0]!.extensions;
    expect(noted).toHaveBeenCalledWith(expect.objectContaining({ correlationId }), 'an operation failed');
  });

  it.each(transports)('is masked in a mutation, over %s, as the database has said it', async (_, ask) => {
    const create = 'mutation { createMetric(input: { name: "x", type: NUMBER }) { name } }';
    expect(await ask(client, create)).toEqual({ data: { createMetric: { name: 'x' } } });
    await sql.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION '${secret}: %', NEW.name USING DETAIL = '${secret}', HINT = '${secret}'; END $$`);
    await sql.query('CREATE TRIGGER refuse BEFORE INSERT ON metrics FOR EACH ROW EXECUTE FUNCTION refuse()');
    const answer = await ask(client, create);
    await sql.query('DROP FUNCTION refuse CASCADE');
    expect(answer).toMatchObject({ errors: [masked] });
    expect(JSON.stringify(answer)).not.toMatch(/planted|metrics/);
  });

  it('is masked in the events of a subscription', async () => {
    const one = await Client.register(app.url);
    const metric = await one.createMetric();
    await one.createEntry({ metricId: metric.id });
    await one.deleteMetric(metric.id);
    const query = 'subscription { changes(after: 2) { seq entity { ... on Entry { id metric { name } } } } }';
    const whole = one.subscribe(query);
    expect(await whole.take(1)).toMatchObject([{ changes: { seq: 3 } }]);
    await whole.close();
    breakStatements(/DISTINCT ON/);
    const socket = one.subscribe(query);
    const refusal = await refusalOf(socket.take(1));
    expect(refusal.code).toBe('INTERNAL');
    expect(`${refusal.message}${JSON.stringify(refusal.extensions)}`).not.toContain('planted');
    await socket.close();
  });

  it('is masked where a subscription begins', async () => {
    breakStatements(/FROM changes|change_heads/);
    const socket = client.follow(0);
    const refusal = await refusalOf(socket.take(1));
    expect(refusal.code).toBe('INTERNAL');
    expect(`${refusal.message}${JSON.stringify(refusal.extensions)}`).not.toContain('planted');
    await socket.close();
  });

  it('is masked on a plain route', async () => {
    const { exportData } = await client.graphql<{ exportData: { url: string } }>(
      'mutation { exportData(input: { format: JSON }) { url } }',
    );
    expect((await fetch(app.url + exportData.url)).status).toBe(200);
    breakStatements(/./);
    const response = await fetch(app.url + exportData.url).catch(() => null);
    expect((await response?.text().catch(() => '')) ?? '').not.toContain('planted');
  });
});
