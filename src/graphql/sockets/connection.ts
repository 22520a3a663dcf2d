import type { Socket } from 'node:net';
import { WebSocket, type RawData } from 'ws';
import type { Viewer } from '../../kernel/viewer.ts';
import { log } from '../../platform/observation/log.ts';
import { answerTimeout, bufferMax, closeCodes, drainTimeout } from './limits.ts';

const doNothing = async (): Promise<void> => {};

/**
 * One socket, as graphql-ws and the fan-out see it. There are thousands: it holds no timer while it is quiet, and its
 * methods are on the prototype.
 */
export class Connection {
  readonly protocol: string;
  readonly socket: WebSocket;
  /** Under which it is found in the log; its operations add a number of their own. */
  requestId = '';
  /** Operations that it has begun. */
  operations = 0;
  /** Where it comes from. */
  readonly address: string | null;
  /** Who is behind it, once admitted. */
  viewer: Viewer | undefined;
  /** When their token ends, in milliseconds. */
  expiresAt = 0;
  /** Whether its connection_init has come. */
  isIntroduced = false;
  /** When it opened, in milliseconds. */
  readonly openedAt = Date.now();
  /** Whether it has answered since the last ping. */
  private hasAnswered = true;
  /** Bytes that had gone out at the last ping. */
  private gone = 0;
  /** Its number, which says in which part of a round it is looked after. */
  part = 0;
  /** Requests being prepared or run. */
  running = 0;
  /** What graphql-ws does with a message, and when the socket has closed. */
  receive: (message: string) => Promise<void> = doNothing;
  leave: (code: number, reason: string) => Promise<void> = doNothing;
  /** The stream beneath the socket: frames made once are written to it as they are. */
  private readonly stream: Socket;
  private draining: Promise<boolean> | undefined;

  constructor(socket: WebSocket, stream: Socket, address: string | null) {
    this.address = address;
    this.protocol = socket.protocol;
    this.socket = socket;
    this.stream = stream;
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** Settles when the message is on its way; what can no longer be sent is dropped. */
  send(data: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) return resolve();
      this.socket.send(data, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  /**
   * Closes when what it has asked for is answered, and soon in any case: whoever ends their own session gets to hear that, and
   * with a new password the new tokens.
   */
  closeAnswered(code: number, reason: string): void {
    const deadline = Date.now() + answerTimeout;
    const look = (): void => {
      if (this.running === 0 || Date.now() > deadline) this.close(code, reason);
      else setTimeout(look, answerTimeout / 50).unref();
    };
    look();
  }

  onMessage(receive: (message: string) => Promise<void>): void {
    this.receive = receive;
  }

  /** Takes note of an answer to a ping. */
  noteAnswer(): void {
    this.hasAnswered = true;
  }

  /**
   * Asks whether somebody is there, and drops a socket that has not answered the last time. One that takes what it is sent
   * is there as well: the question may stand far behind in the queue.
   */
  ping(): void {
    if (!this.isOpen) return;
    const gone = this.stream.bytesWritten - this.stream.writableLength;
    const isThere = this.hasAnswered || gone !== this.gone || this.draining !== undefined;
    if (!isThere) return this.socket.terminate();
    this.hasAnswered = false;
    if (!this.draining) this.socket.ping();
    this.gone = this.stream.bytesWritten - this.stream.writableLength;
  }

  /** Writes whole frames. Must not be called once the socket closes: nothing may follow its last frame. */
  write(frames: readonly Buffer[]): void {
    if (frames.length === 1) return void this.stream.write(frames[0]!);
    this.stream.cork();
    for (const part of frames) this.stream.write(part);
    this.stream.uncork();
  }

  /** Whether more is on its way than a device may leave lying. */
  get isFull(): boolean {
    return this.stream.writableLength > bufferMax;
  }

  /** Waits until everything has been taken. A device that does not take it in time is let go. @returns whether it is open */
  drain(): Promise<boolean> {
    return (this.draining ??= new Promise<boolean>((resolve) => {
      const settle = () => {
        clearTimeout(limit);
        this.stream.off('drain', settle).off('close', settle);
        this.draining = undefined;
        resolve(this.isOpen);
      };
      const limit = setTimeout(() => {
        this.close(closeCodes.tooSlow, 'Too slow: resume by number');
        settle();
      }, drainTimeout);
      this.stream.on('drain', settle).on('close', settle);
    }));
  }
}

/** The same few functions listen to all sockets. */
const connections = new WeakMap<WebSocket, Connection>();

/** Lets a connection hear of what happens on its socket. */
export function listenTo(connection: Connection): void {
  connections.set(connection.socket, connection);
  connection.socket.on('message', onMessage).on('pong', onPong).on('error', onError).on('close', onClose);
}

function onMessage(this: WebSocket, data: RawData): void {
  connections.get(this)!.receive(String(data)).catch(onFailure.bind(this));
}

function onFailure(this: WebSocket, err: unknown): void {
  log.error({ err }, 'a message on a socket failed');
  this.close(closeCodes.internal, 'Internal server error');
}

function onPong(this: WebSocket): void {
  connections.get(this)!.noteAnswer();
}

/** A message that is too long or broken: ws has closed the socket for it. */
const onError = (err: Error): void => log.debug({ err }, 'a socket failed');

function onClose(this: WebSocket, code: number, reason: Buffer): void {
  connections
    .get(this)!
    .leave(code, String(reason))
    .catch((err: unknown) => log.error({ err }, 'a socket did not end cleanly'));
}
