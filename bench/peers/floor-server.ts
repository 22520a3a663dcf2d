/**
 * The floor: the least that a program on `node:http`, `pg`, `ioredis` and `ws` can do for the same answers. It has no
 * GraphQL, no checking of input and no replay of what a device has missed; that is what the ratios put a price on.
 *
 * It keeps the product's promises about sessions: a token is verified (with jsonwebtoken, and remembered), a write happens
 * only while its session is open, which its one statement checks, and a read relies on what was found at most three
 * seconds ago.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { readConfig } from '../../src/config.ts';
import { openSecrets } from '../../src/platform/secrets/secrets.ts';
import { createEntry, listEntries, type CreateInput } from './floor-entries.ts';
import { serveDevices, topicOf } from './floor-sockets.ts';
import { openQueue } from './follow-up-queue.ts';
import { verifyAccessToken, type Visitor } from './sessions.ts';

/** Milliseconds that a session is taken to be open: the product's heartbeat. */
const sessionMemory = 3000;

const config = readConfig();
openSecrets(config);
const pool = new Pool({ connectionString: config.databaseUrl, max: config.databasePoolSize, idleTimeoutMillis: 0 });
const redis = new Redis(config.redisUrl!, { enableAutoPipelining: true });
await openQueue({ db: { executeSql: (text, values) => pool.query(text, values) } });
const visitors = new Map<string, Visitor>();
const openUntil = new Map<string, number>();
const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => void response.writeHead(500).end(String(error)));
});
serveDevices(server, { pool, subscriber: new Redis(config.redisUrl!), authenticate });
server.listen(config.port, config.host, () => {
  console.log(`The floor is at http://${config.host}:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => process.exit(0));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { variables } = JSON.parse(await readBody(request)) as {
    variables: { input: CreateInput; filter: { from: string } };
  };
  const visitor = recallVisitor(request.headers.authorization ?? '');
  if (request.url === '/entries') {
    if (!(await isSessionOpen(visitor))) return void response.writeHead(401).end();
    return send(response, { entries: await listEntries(pool, visitor.userId, variables.filter.from) });
  }
  const written = await createEntry(pool, visitor, variables.input);
  if (!written) return void response.writeHead(401).end();
  const { userId } = visitor;
  void redis.publish(topicOf(userId), JSON.stringify({ userId, seq: written.seq }));
  send(response, { createEntry: written.entry });
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
  const visitor = recallVisitor(authorization);
  return (await isSessionOpen(visitor)) ? visitor : null;
}

function recallVisitor(authorization: string): Visitor {
  const known = visitors.get(authorization);
  if (known) return known;
  const visitor = verifyAccessToken(authorization);
  visitors.set(authorization, visitor);
  return visitor;
}

async function isSessionOpen({ userId, deviceId }: Visitor): Promise<boolean> {
  if ((openUntil.get(deviceId) ?? 0) > performance.now()) return true;
  const { rowCount } = await pool.query({
    name: 'session',
    text: 'SELECT FROM sessions WHERE user_id = $1 AND id = $2 AND ended_at IS NULL',
    values: [userId, deviceId],
  });
  if (rowCount === 1) openUntil.set(deviceId, performance.now() + sessionMemory);
  return rowCount === 1;
}

function send(response: ServerResponse, data: object): void {
  const body = JSON.stringify({ data });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}
