import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { lockDirectory } from './directory-lock.ts';

export type EmbeddedPostgres = {
  /** Directory of the socket, as the driver's `host` option wants it. */
  socketDirectory: string;
  stop: () => Promise<void>;
};

/**
 * Starts PostgreSQL inside this process, its files below `dataDir`.
 * @param dataDir a directory, taken for this process alone; `memory://` keeps nothing
 * @throws DirectoryLockedError when another process has the directory
 */
export async function startEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const inMemory = dataDir.startsWith('memory://');
  const lock = inMemory ? undefined : lockDirectory(dataDir);
  // Not below dataDir: a unix socket's path may have about a hundred bytes, a data directory's any number.
  const socketDirectory = mkdtempSync(join(tmpdir(), 'lifegraph-'));
  const thread = new Worker(new URL('./embedded-postgres-thread.ts', import.meta.url), {
    workerData: {
      dataDirectory: inMemory ? dataDir : join(dataDir, 'postgres'),
      socketPath: join(socketDirectory, '.s.PGSQL.5432'),
    },
  });
  await once(thread, 'message');
  const stop = async () => {
    thread.postMessage('stop');
    await once(thread, 'exit');
    rmSync(socketDirectory, { recursive: true, force: true });
    lock?.release();
  };
  return { socketDirectory, stop };
}
