import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Client } from '../setup/client.ts';
import { createDatabase, hasServers, queryDatabase, type TestDatabase } from '../setup/database.ts';
import { makeFolder } from '../setup/pair.ts';
import { findPostgresBinaries } from '../setup/postgres-server.ts';
import { startServer, type ServerProcess } from '../setup/process.ts';
import { fillLife, readLife } from './whole-life.ts';

const binaries = findPostgresBinaries();
const toolOf = (name: string): string => ('folder' in binaries ? join(binaries.folder, name) : '');
const hasTools = ['pg_dump', 'pg_restore'].every((name) => existsSync(toolOf(name)));

describe.skipIf(!hasServers() || !hasTools)('48: a life in a PostgreSQL server that was lost', () => {
  const [data, store] = [makeFolder(), makeFolder()];
  const databases: TestDatabase[] = [];
  const servers: ServerProcess[] = [];
  afterAll(async () => {
    for (const server of servers) await server.kill();
    for (const database of databases) await database.drop();
    for (const folder of [data, store]) folder.remove();
  });

  const open = async (): Promise<TestDatabase> => {
    const database = await createDatabase();
    databases.push(database);
    return database;
  };
  const start = async ({ url }: TestDatabase, debounceSeconds: string): Promise<ServerProcess> => {
    const env = { DATA_DIR: data.path, DATABASE_URL: url, INSIGHTS_DEBOUNCE_SECONDS: debounceSeconds };
    const server = await startServer(env);
    servers.push(server);
    return server;
  };

  it(
    'is there again from a dump that was taken while the server ran, and a row that is missing shows',
    { timeout: 300_000 },
    async () => {
      const lost = await open();
      let server = await start(lost, '0');
      const life = await fillLife(server.url);
      const before = await readLife(life.client);
      const dump = join(store.path, 'lifegraph.dump');
      execFileSync(toolOf('pg_dump'), ['--format=custom', `--file=${dump}`, lost.url]);
      await server.kill();
      await lost.drop();

      const database = await open();
      execFileSync(toolOf('pg_restore'), ['--no-owner', `--dbname=${database.url}`, dump]);
      server = await start(database, '3600');
      const restored = await Client.login(server.url, life.email, life.password);
      expect(await readLife(restored)).toEqual(before);
      const loss =
        'DELETE FROM entries WHERE id = (SELECT id FROM entries WHERE user_id = $1 LIMIT 1) RETURNING 1 AS one';
      expect(await queryDatabase(database.url, loss, [restored.userId])).toHaveLength(1);
      expect(await readLife(restored)).not.toEqual(before);
    },
  );
});
