import type { TestProject } from 'vitest/node';
import { ask, findPostgresBinaries, startPostgres, type TestServer } from './postgres-server.ts';
import { askRedis, startRedis } from './redis-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A PostgreSQL server on which tests may create databases; empty when there is none. */
    postgresUrl: string;
    /** A Redis server; empty when there is none. */
    redisUrl: string;
  }
}

/**
 * Finds or starts the servers of the `*.pg.test.ts` once for the whole run. Without them those tests are skipped, and
 * this says why; in CI that is a failure.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started: TestServer[] = [];
  const stop = async () => {
    for (const server of started) await server.stop();
  };
  const obtain = async (name: string, get: () => Promise<string>): Promise<string> => {
    try {
      return await get();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (process.env['CI'] === 'true') {
        await stop();
        throw new Error(`${name} is needed when CI=true: ${reason}`, { cause: error });
      }
      console.warn(`\n*.pg.test.ts are skipped: ${name}: ${reason}\n`);
      return '';
    }
  };
  project.provide('postgresUrl', await obtain('PostgreSQL', () => obtainPostgres(started)));
  project.provide('redisUrl', await obtain('Redis', () => obtainRedis(started)));
  return stop;
}

async function obtainPostgres(started: TestServer[]): Promise<string> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) {
    await ask(given);
    return given;
  }
  const binaries = findPostgresBinaries();
  if ('reason' in binaries) throw new Error(binaries.reason);
  const server = await startPostgres(binaries.folder);
  started.push(server);
  return server.url;
}

async function obtainRedis(started: TestServer[]): Promise<string> {
  const given = process.env['TEST_REDIS_URL'];
  if (given) {
    await askRedis(given);
    return given;
  }
  const server = await startRedis();
  started.push(server);
  return server.url;
}
