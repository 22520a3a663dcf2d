/**
 * The floor: the least that a program on `node:http`, `pg` and `ws` can do for the same answers. It has no GraphQL, no
 * checking of input and no replay of what a device has missed; that is what the ratios put a price on.
 *
 * What it does do is the product's own work: it verifies the access token with jsonwebtoken (its key derived once), and
 * looks the session up by its primary key, for every request and every socket.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';
import { Pool } from 'pg';
import { readConfig } from '../src/config.ts';
import { keyFor, openSecrets } from '../src/platform/secrets.ts';
import { createEntry, listEntries, type CreateInput } from './floor-entries.ts';
import { deliver, serveDevices } from './floor-sockets.ts';

export type Visitor = { userId: string; deviceId: string };

const config = readConfig();
openSecrets(config);
const key = keyFor('access-token');
const pool = new Pool({ connectionString: config.databaseUrl, max: config.databasePoolSize, idleTimeoutMillis: 0 });
const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => void response.writeHead(500).end(String(error)));
});
serveDevices(server, authenticate);
server.listen(config.port, config.host, () => {
  console.log(`The floor is at http://${config.host}:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => process.exit(0));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { variables } = JSON.parse(await readBody(request)) as {
    variables: { input: CreateInput; filter: { from: string } };
  };
  const visitor = await authenticate(request.headers.authorization ?? '');
  if (!visitor) return void response.writeHead(401).end();
  if (request.url === '/entries') {
    return send(response, { entries: await listEntries(pool, visitor.userId, variables.filter.from) });
  }
  const { seq, entry } = await createEntry(pool, visitor.userId, visitor.deviceId, variables.input);
  send(response, { createEntry: entry });
  deliver(visitor, seq, entry);
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => resolve(body));
  });
}

async function authenticate(authorization: string): Promise<Visitor | null> {
  const token = authorization.slice('Bearer '.length);
  const claims = jwt.verify(token, key, { algorithms: ['HS256'], issuer: 'lifegraph', audience: 'access-token' });
  const { sub, sid } = claims as { sub: string; sid: string };
  const { rowCount } = await pool.query({
    name: 'session',
    text: 'SELECT FROM sessions WHERE user_id = $1 AND id = $2 AND ended_at IS NULL',
    values: [sub, sid],
  });
  return rowCount === 1 ? { userId: sub, deviceId: sid } : null;
}

function send(response: ServerResponse, data: object): void {
  const body = JSON.stringify({ data });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}
