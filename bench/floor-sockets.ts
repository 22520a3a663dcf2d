import type { Server } from 'node:http';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { ShownEntry } from './floor-entries.ts';
import type { Visitor } from './floor-server.ts';

type Follower = { socket: WebSocket; operationId: string };
type ClientMessage = { type: string; id: string; payload: { authorization: string } };
type Authenticate = (authorization: string) => Promise<Visitor | null>;

/** The open devices of each person. */
const followers = new Map<string, Set<Follower>>();

/**
 * Serves sockets that speak the four messages of graphql-transport-ws which a subscription needs, so that the same client
 * measures both sides.
 */
export function serveDevices(server: Server, authenticate: Authenticate): void {
  const sockets = new WebSocketServer({ server, path: '/graphql', handleProtocols: () => 'graphql-transport-ws' });
  sockets.on('connection', (socket) => {
    let visitor: Visitor | null = null;
    socket.on('message', async (data: RawData) => {
      const message = JSON.parse(String(data)) as ClientMessage;
      if (message.type === 'connection_init') {
        visitor = await authenticate(message.payload.authorization);
        socket.send('{"type":"connection_ack"}');
      }
      if (message.type === 'subscribe' && visitor) follow(visitor.userId, { socket, operationId: message.id });
    });
  });
}

function follow(userId: string, follower: Follower): void {
  const own = followers.get(userId) ?? new Set();
  followers.set(userId, own.add(follower));
  follower.socket.once('close', () => own.delete(follower));
}

/** Sends a new entry to all devices of its person: the same frame as the product's, made once. */
export function deliver({ userId, deviceId }: Visitor, seq: number, entry: ShownEntry): void {
  const own = followers.get(userId);
  if (!own?.size) return;
  const change = {
    seq,
    kind: 'CREATED',
    entityType: 'Entry',
    entityId: entry.id,
    deviceId,
    at: entry.createdAt,
    entity: entry,
  };
  const payload = JSON.stringify({ data: { changes: change } });
  for (const { socket, operationId } of own) socket.send(`{"id":"${operationId}","type":"next","payload":${payload}}`);
}
