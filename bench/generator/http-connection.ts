import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export type Answer = { status: number; body: string };

const headEnd = Buffer.from('\r\n\r\n');

/**
 * One keep-alive connection with one request at a time. Node's own client costs more processor time than the floor's
 * server: on a machine shared with it, the load generator would be what is measured.
 */
export class HttpConnection {
  private readonly socket: Socket;
  private received: Buffer = Buffer.alloc(0);
  private waiting: PromiseWithResolvers<Answer> | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.take(chunk));
    socket.on('error', (error) => this.waiting?.reject(error));
    socket.on('close', () => this.waiting?.reject(new Error('the server closed a connection')));
  }

  static async open(url: string): Promise<HttpConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new HttpConnection(socket);
  }

  /** False once the server has closed it, as it does with those that are idle for some seconds. */
  get isOpen(): boolean {
    return this.socket.readyState === 'open';
  }

  /** Sends a whole request and waits for its answer. */
  send(message: Buffer): Promise<Answer> {
    this.waiting = Promise.withResolvers();
    this.socket.write(message);
    return this.waiting.promise;
  }

  close(): void {
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    const answer = readAnswer(this.received);
    if (!answer) return;
    this.received = Buffer.alloc(0);
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.resolve(answer);
  }
}

/** The answer in the bytes received, or null while it is not whole. */
function readAnswer(bytes: Buffer): Answer | null {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return null;
  const head = bytes.toString('latin1', 0, end).toLowerCase();
  const status = Number(head.slice(9, 12));
  const rest = bytes.subarray(end + headEnd.length);
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  const body = length === undefined ? readChunks(rest) : readLength(rest, Number(length));
  return body === null ? null : { status, body: body.toString() };
}

const readLength = (bytes: Buffer, length: number): Buffer | null => (bytes.length < length ? null : bytes);

function readChunks(bytes: Buffer): Buffer | null {
  const chunks: Buffer[] = [];
  for (let from = 0; ;) {
    const end = bytes.indexOf('\r\n', from);
    if (end < 0) return null;
    const size = parseInt(bytes.toString('latin1', from, end), 16);
    const next = end + 2 + size + 2;
    if (bytes.length < next) return null;
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(end + 2, end + 2 + size));
    from = next;
  }
}
