/**
 * The peer of a catch-up: PostgreSQL's own COPY of a person's change log, piped into a TCP socket by psql. A psql waits,
 * connected, so that its start is not measured. It knows no tokens: who connects names the person.
 */
import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { findPostgresBinaries } from '../../test/setup/postgres-server.ts';

const binaries = findPostgresBinaries();
if ('reason' in binaries) throw new Error(binaries.reason);
const psql = join(binaries.folder, 'psql');
const start = () => spawn(psql, ['-X', '-q', process.env['DATABASE_URL']!], { stdio: ['pipe', 'pipe', 'inherit'] });

let waiting = start();
const server = createServer((socket) => {
  socket.once('data', (data) => {
    const userId = /^[0-9a-f-]{36}/.exec(String(data))![0];
    waiting.stdout.pipe(socket);
    waiting.stdin.end(
      `COPY (SELECT seq, kind, entity_type, entity_id, snapshot, device_id, at FROM changes WHERE user_id = '${userId}' ORDER BY seq) TO STDOUT;\n`,
    );
    waiting = start();
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(`The copies are at tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => {
  waiting.kill();
  process.exit(0);
});
