import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import * as ws from 'ws';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { toShown, type Snapshot } from './floor-entries.ts';
import type { Visitor } from './sessions.ts';

/** What the sockets need of the server. */
export type Surroundings = {
  pool: Pool;
  /** A connection for listening alone. */
  subscriber: Redis;
  authenticate: (authorization: string) => Promise<Visitor | null>;
};

/** A person with open sockets. `work` makes one delivery follow the other. */
type Person = { sockets: Set<WebSocket>; work: Promise<void> };
type ClientMessage = { type: string; id: string; payload: { authorization: string } };

/** Where a node says that a person's log has grown. */
export const topicOf = (userId: string): string => `floor:${userId}`;

const people = new Map<string, Person>();

/**
 * Serves sockets that speak the four messages of graphql-transport-ws which a subscription needs, so that the same client
 * measures all sides. A wake-up is one read, and one frame for all sockets of the person.
 */
export function serveDevices(server: Server, surroundings: Surroundings): void {
  const { pool, subscriber, authenticate } = surroundings;
  const sockets = new WebSocketServer({ server, path: '/graphql', handleProtocols: () => 'graphql-transport-ws' });
  sockets.on('connection', (socket) => {
    let visitor: Visitor | null = null;
    socket.on('message', async (data: RawData) => {
      const message = JSON.parse(String(data)) as ClientMessage;
      if (message.type === 'connection_init') {
        visitor = await authenticate(message.payload.authorization);
        socket.send('{"type":"connection_ack"}');
      }
      if (message.type === 'subscribe' && visitor) follow(subscriber, visitor.userId, socket);
    });
  });
  subscriber.on('message', (_topic, message: string) => {
    const { userId, seq } = JSON.parse(message) as { userId: string; seq: number };
    const person = people.get(userId);
    if (person) person.work = person.work.then(() => deliver(pool, person, userId, seq));
  });
}

function follow(subscriber: Redis, userId: string, socket: WebSocket): void {
  const person = people.get(userId) ?? { sockets: new Set(), work: Promise.resolve() };
  if (!people.has(userId)) {
    people.set(userId, person);
    void subscriber.subscribe(topicOf(userId));
  }
  person.sockets.add(socket);
  socket.once('close', () => {
    person.sockets.delete(socket);
    if (person.sockets.size > 0 || !people.delete(userId)) return;
    void subscriber.unsubscribe(topicOf(userId));
  });
}

/** The change, and the type of its metric: a yes is a 1 in the log. */
const readChange = {
  name: 'change',
  text: `SELECT c.kind, c.entity_type, c.entity_id, c.snapshot, c.device_id, c.at, m.type FROM changes c
    LEFT JOIN metrics m ON m.user_id = c.user_id AND m.id = (c.snapshot->>'metricId')::uuid
    WHERE c.user_id = $1 AND c.seq = $2`,
};
type ChangeRow = {
  kind: string;
  entity_type: string;
  entity_id: string;
  snapshot: Snapshot;
  device_id: string;
  at: Date;
  type: string;
};

async function deliver(pool: Pool, { sockets }: Person, userId: string, seq: number): Promise<void> {
  const { rows } = await pool.query<ChangeRow>({ ...readChange, values: [userId, seq] });
  const { kind, entity_type: entityType, entity_id: entityId, snapshot, device_id: deviceId, at, type } = rows[0]!;
  const value = type === 'BINARY' ? snapshot.number === 1 : (snapshot.number ?? snapshot.text);
  const entity = { __typename: entityType, ...toShown(snapshot, value) };
  const payload = { data: { changes: { seq, kind, entityType, entityId, deviceId, at, entity } } };
  const frame = toFrame(JSON.stringify({ id: '1', type: 'next', payload }));
  for (const socket of sockets) (socket as WebSocket & { _socket: Socket })._socket.write(frame);
}

/** Framed once; `ws` would do it for each socket again. */
function toFrame(text: string): Buffer {
  const options = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true };
  return Buffer.concat(Sender.frame(Buffer.from(text), options));
}

/** Exported, but not in the types. */
const { Sender } = ws as unknown as { Sender: { frame: (data: Buffer, options: object) => Buffer[] } };
