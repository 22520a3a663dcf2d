import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Client } from './client.ts';

/** What the server says about an operation. */
export type Message = { id?: string; type: string; payload?: unknown };
type ChangePayload = { data: { changes: { seq: number } } };

/** A device on a socket, frame by frame: what it was sent, and as which text. */
export class Device {
  readonly socket: WebSocket;
  readonly texts: string[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;

  private constructor(url: string, options: object) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', options);
    this.socket.on('message', (data) => this.texts.push(String(data)));
    this.socket.on('error', () => undefined);
    this.closed = once(this.socket, 'close').then(([code, reason]) => ({
      code: code as number,
      reason: String(reason),
    }));
  }

  /** Connects and introduces itself. */
  static async connect(client: Client, options: object = {}): Promise<Device> {
    const device = new Device(client.url, options);
    await once(device.socket, 'open');
    device.send({ type: 'connection_init', payload: client.headers });
    await Promise.race([once(device.socket, 'message'), device.closed]);
    device.texts.length = 0;
    return device;
  }

  send(message: Message): void {
    this.socket.send(JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables?: object): void {
    this.send({ id, type: 'subscribe', payload: { query, variables } });
  }

  complete(id: string): void {
    this.send({ id, type: 'complete' });
  }

  close(): void {
    this.socket.terminate();
  }

  get messages(): Message[] {
    return this.texts.map((text) => JSON.parse(text) as Message);
  }

  /** The numbers of the changes one operation was sent. */
  numbers(id: string): number[] {
    return this.messages
      .filter((message) => message.id === id && message.type === 'next')
      .map(({ payload }) => (payload as ChangePayload).data.changes.seq);
  }

  /** What else was said about an operation. */
  answers(id: string): Message[] {
    return this.messages.filter((message) => message.id === id && message.type !== 'next');
  }
}
