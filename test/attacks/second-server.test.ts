import { expect, it } from 'vitest';
import { Client } from '../setup/client.ts';
import { makeFolder } from '../setup/pair.ts';
import { runMain, startServer } from '../setup/process.ts';

/** Each start makes a database. */
const slow = { timeout: 180_000 };

it('45: a second server on the same folder refuses and names the first, which goes on', slow, async () => {
  const folder = makeFolder();
  const env = { DATA_DIR: folder.path };
  const first = await startServer(env);
  const client = await Client.register(first.url);
  const second = runMain(env);
  expect(await second.exited).toBe(1);
  expect(second.output()).toContain(`in use by process ${first.process.pid}`);
  expect(second.output()).not.toMatch(/^\s+at /m);
  await client.createMetric({ name: 'written meanwhile' });
  await first.kill('SIGKILL');
  // A killed one leaves nothing in the way, and lost nothing.
  const third = await startServer(env);
  expect(await client.at(third.url).seq()).toBe(2);
  expect(await third.kill('SIGTERM')).toBe(0);
  folder.remove();
});
