import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { sql } from '../../src/platform/database/database.ts';
import { readReadiness } from '../../src/processes/health.ts';
import { startApp, type App } from '../setup/app.ts';
import { findFreePort } from '../setup/spawn.ts';

let app: App;
beforeAll(async () => {
  // Nobody is there.
  app = await startApp({ REDIS_URL: `redis://127.0.0.1:${await findFreePort()}` });
});
afterAll(() => app.stop());
afterEach(() => vi.restoreAllMocks());

const ask = async () => {
  const response = await fetch(`${app.url}/health/ready`);
  return { status: response.status, body: await response.json() };
};

it('a server without its Redis is degraded, and still takes requests', async () => {
  expect(await ask()).toEqual({
    status: 200,
    body: { status: 'degraded', reason: 'Redis does not answer', database: 'up', redis: 'down' },
  });
});

it('a server without its database is unavailable', async () => {
  vi.spyOn(sql, 'query').mockRejectedValue(new Error('planted'));
  const { status, body } = await ask();
  expect(status).toBe(503);
  expect(body).toMatchObject({ status: 'unavailable', database: 'down', reason: 'the database does not answer' });
});

it('a server that is stopping takes no more, though nothing is missing', async () => {
  const expected = { status: 'unavailable', reason: 'the server is stopping', database: 'up', redis: 'unused' };
  expect(await readReadiness(true, false)).toEqual(expected);
});

it('nothing is missing where Redis is not used', async () => {
  expect(await readReadiness(false, false)).toEqual({ status: 'ready', database: 'up', redis: 'unused' });
});
