import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { lockDirectory } from './directory-lock.ts';

export type EmbeddedPostgres = {
  /** Directory of the socket, as the driver's `host` option wants it. */
  socketDirectory: string;
  /** Starts it anew, as after a crash. @throws when it does not come up */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
};

/** Milliseconds that it gets to close its files; one that has crashed never does. */
const stopLimit = 5000;

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
  const socketPath = join(socketDirectory, '.s.PGSQL.5432');
  const dataDirectory = inMemory ? dataDir : join(dataDir, 'postgres');
  let thread = await startThread({ dataDirectory, socketPath });
  const restart = async () => {
    await thread.terminate();
    rmSync(socketPath, { force: true });
    thread = await startThread({ dataDirectory, socketPath });
  };
  const stop = async () => {
    await stopThread(thread);
    rmSync(socketDirectory, { recursive: true, force: true });
    lock?.release();
  };
  return { socketDirectory, restart, stop };
}

async function startThread(workerData: { dataDirectory: string; socketPath: string }): Promise<Worker> {
  const thread = new Worker(new URL('./embedded-postgres-thread.ts', import.meta.url), { workerData });
  await once(thread, 'message');
  return thread;
}

async function stopThread(thread: Worker): Promise<void> {
  const limit = setTimeout(() => void thread.terminate(), stopLimit);
  const exit = thread.threadId === -1 ? undefined : once(thread, 'exit');
  thread.postMessage('stop');
  await exit;
  clearTimeout(limit);
}
