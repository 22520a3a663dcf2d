import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { documents } from './calls.ts';
import { FrameCounter, pong, toClientFrame, type Received } from './frames.ts';

const headEnd = '\r\n\r\n';

/**
 * A device's socket, speaking graphql-transport-ws. A WebSocket client proper costs more processor time for a message than
 * the floor's server: here a chunk is put aside with its time, and its messages are counted.
 */
export class DeviceSocket {
  /** What has come since it was last emptied. */
  received: Received[] = [];
  private readonly socket: Socket;
  private readonly counter = new FrameCounter();
  private readonly onTexts: (count: number, at: number) => void;
  private acknowledged: (() => void) | undefined;

  private constructor(socket: Socket, onTexts: (count: number, at: number) => void) {
    this.socket = socket;
    this.onTexts = onTexts;
  }

  /** Connects and signs in. @param onTexts is told of messages that have come whole, and when */
  static async open(url: string, token: string, onTexts: (count: number, at: number) => void): Promise<DeviceSocket> {
    const { hostname, port, host } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    const device = new DeviceSocket(socket, onTexts);
    socket.write(
      [
        'GET /graphql HTTP/1.1',
        `host: ${host}`,
        'connection: Upgrade',
        'upgrade: websocket',
        'sec-websocket-version: 13',
        'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-protocol: graphql-transport-ws',
        headEnd.slice(2),
      ].join('\r\n'),
    );
    await device.upgrade();
    await device.signIn(token);
    return device;
  }

  /** Follows the changes. @param after the last number it has; from now on when nothing is said */
  subscribe(after?: number): void {
    const payload = { query: documents.changes, variables: { after } };
    this.socket.write(toClientFrame(JSON.stringify({ type: 'subscribe', id: '1', payload })));
  }

  /** At once, so that thousands of ports need not wait for their end. */
  close(): void {
    this.socket.removeAllListeners('close').resetAndDestroy();
  }

  private async upgrade(): Promise<void> {
    const [chunk] = (await once(this.socket, 'data')) as [Buffer];
    const end = chunk.indexOf(headEnd);
    if (end < 0 || !chunk.toString('latin1', 0, end).startsWith('HTTP/1.1 101'))
      throw new Error(`the server refused a socket: ${chunk.toString('latin1', 0, 200)}`);
    this.socket.on('data', (data: Buffer) => this.take(data));
    // Nobody awaits a socket: what goes wrong with it shows in the deliveries that are missing.
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => console.error('The server closed a socket.'));
    if (chunk.length > end + headEnd.length) this.take(chunk.subarray(end + headEnd.length));
  }

  private async signIn(token: string): Promise<void> {
    const acknowledged = new Promise<void>((resolve) => (this.acknowledged = resolve));
    const payload = { authorization: `Bearer ${token}` };
    this.socket.write(toClientFrame(JSON.stringify({ type: 'connection_init', payload })));
    await acknowledged;
    this.acknowledged = undefined;
    this.received = [];
  }

  private take(chunk: Buffer): void {
    const at = performance.now();
    const { texts, pings } = this.counter.take(chunk);
    this.received.push({ chunk, at });
    for (let i = 0; i < pings; i += 1) this.socket.write(pong);
    if (texts === 0) return;
    if (this.acknowledged) this.acknowledged();
    else this.onTexts(texts, at);
  }
}
