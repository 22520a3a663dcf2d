/**
 * The embedded database's own thread: PGlite (PostgreSQL in WebAssembly) behind a private unix socket, so that the event
 * loop of the server stays free and the same driver speaks to it as to a server.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const { dataDirectory, socketPath } = workerData as { dataDirectory: string; socketPath: string };

const database = await PGlite.create({
  dataDir: dataDirectory,
  // The default of shared_buffers, 128 MB, is for servers; this halves the resident memory. Old parts of the write-ahead log are
  // deleted: used again they would keep what they held, also of who was erased.
  startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=8MB', '-c', 'wal_recycle=off'],
});
// The pool opens one connection. The second place is for its successor, should it ever be lost: the server notices the
// end of the first only after it has refused the next.
const server = new PGLiteSocketServer({ db: database, path: socketPath, maxConnections: 2 });
await server.start();
parentPort!.postMessage('ready');

parentPort!.once('message', async () => {
  await server.stop();
  await database.close();
  parentPort!.postMessage('stopped');
  parentPort!.close();
});
