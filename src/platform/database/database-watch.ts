import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { log } from '../observation/log.ts';

/** Milliseconds from one look to the next, and that the server gets to answer. */
const interval = 1000;
const patience = 3000;

class NoAnswerError extends Error {}

/** SQLSTATE class "insufficient resources": all connections are taken, by others or by us. A server that says so is there. */
const saysFull = (error: unknown): boolean => String((error as { code?: unknown } | null)?.code).startsWith('53');

/**
 * Looks every second whether a database server is there, on a connection of its own: a pool whose connections are all busy
 * says nothing about that, and a server that is stopped, or a line that is cut, leaves statements waiting for ever.
 */
export class DatabaseWatch {
  /** Whether the last look found nobody. */
  isAway = false;
  private readonly config: ClientConfig;
  private readonly onAway: () => void;
  private readonly ending = new AbortController();
  private client: Client | undefined;

  /** @param onAway called at each look that finds nobody */
  constructor(config: ClientConfig, onAway: () => void) {
    this.config = { ...config, connectionTimeoutMillis: patience };
    this.onAway = onAway;
    void this.watch();
  }

  stop(): void {
    this.ending.abort();
    this.drop();
  }

  private async watch(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      const err = await this.look();
      if (signal.aborted) return;
      this.note(err);
      await sleep(interval, undefined, { ref: false, signal }).catch(() => undefined);
    }
  }

  /** @returns what has gone wrong; undefined when it answers */
  private async look(): Promise<unknown> {
    const wasOpen = this.client !== undefined;
    const failure = await this.ask();
    // One connection may be ended alone. Away is who cannot be reached anew.
    return wasOpen && failure !== undefined && !(failure instanceof NoAnswerError) ? this.ask() : failure;
  }

  private async ask(): Promise<unknown> {
    try {
      this.client ??= await this.open();
      await answerOf(this.client.query('SELECT 1'));
      return undefined;
    } catch (error) {
      this.drop();
      return error;
    }
  }

  private async open(): Promise<Client> {
    const client = new Client(this.config);
    // Its loss is told to the statement under way as well, or to the next one.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  private drop(): void {
    // Not `end`, which waits for the other side.
    if (this.client) breakOff(this.client);
    this.client = undefined;
  }

  private note(err: unknown): void {
    const wasAway = this.isAway;
    this.isAway = err !== undefined && !saysFull(err);
    if (this.isAway) this.onAway();
    if (this.isAway && !wasAway) log.error({ err }, 'the database does not answer; requests are refused until it does');
    if (!this.isAway && wasAway) log.info('the database answers again');
  }
}

/** Ends a connection without asking the other side, which may be no more; what waits on it fails. */
export const breakOff = (client: object): void =>
  (client as { connection: { stream: { destroy: () => void } } }).connection.stream.destroy();

/** @throws when the answer does not come in time */
function answerOf(answer: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new NoAnswerError());
    // A process that was busy itself finds the answer among its news before it gives up.
    const limit = setTimeout(() => setImmediate(giveUp), patience).unref();
    answer.then(resolve, reject).finally(() => clearTimeout(limit));
  });
}
