import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { createDatabase, type TestDatabase } from './database.ts';
import { startServer, type ServerProcess } from './process.ts';

/** Two servers of one installation: the same database, Redis and secret. */
export type Pair = {
  here: ServerProcess;
  there: ServerProcess;
  database: TestDatabase;
  /** What both were started with. */
  env: Record<string, string>;
  stop: () => Promise<void>;
};

export async function startPair(redisUrl = inject('redisUrl'), env: Record<string, string> = {}): Promise<Pair> {
  const database = await createDatabase();
  const folder = makeFolder();
  const settings = {
    DATABASE_URL: database.url,
    REDIS_URL: redisUrl,
    DATA_DIR: folder.path,
    JWT_SECRET: 'a secret that only the tests know, long enough',
    ...env,
  };
  const [here, there] = await Promise.all([startServer(settings), startServer(settings)]);
  const stop = async () => {
    await Promise.all([here.kill('SIGKILL'), there.kill('SIGKILL')]);
    await database.drop();
    folder.remove();
  };
  return { here, there, database, env: settings, stop };
}

/** A temporary folder of the test's own. */
export function makeFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'lifegraph-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
