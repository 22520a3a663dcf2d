import { DatabaseError, Pool, type PoolClient, type PoolConfig, type QueryResult } from 'pg';
import { breakOff, DatabaseWatch } from './database-watch.ts';

/** SQLSTATE classes after which a connection is of no more use: connection exception, operator intervention. */
const fatal = /^(08|57)/;

/** Refused at once, because nobody would answer. */
class DatabaseAwayError extends Error {
  readonly code = '08006';

  constructor() {
    super('Connection terminated: the database does not answer');
  }
}

/**
 * A pool that keeps a connection whose statement failed. The driver's own `pool.query` throws the connection away with
 * every error, be it only a broken constraint: dear on a server, and on the embedded database, which has one connection,
 * the next statement finds none.
 *
 * One that is watched refuses at once what it cannot serve while the server is away, and ends what waits for an answer that
 * would not come.
 */
export class SteadyPool extends Pool {
  /** Refuses everything, as when the server is away. */
  isSuspended = false;
  /** When each of those who wait for a connection began to, the first of them first. */
  private readonly waits = new Set<{ since: number }>();
  private readonly connected = new Set<PoolClient>();
  private readonly watch: DatabaseWatch | undefined;

  /** @param onPanic called when the server says that it has to be started anew */
  constructor(config: PoolConfig, { isWatched = false, onPanic = () => {} } = {}) {
    super(config);
    // The driver tells the loss of a connection twice: to the statement under way, which fails, and as an event. While the
    // connection is in use nobody else listens to that, and it would end the process.
    this.on('connect', (client) => this.connected.add(client.on('error', () => undefined)));
    this.on('connect', (client) => listenForPanic(client, onPanic));
    this.on('remove', (client) => this.connected.delete(client));
    if (isWatched) this.watch = new DatabaseWatch(config, () => this.breakOffAll());
  }

  /** Whether there was somebody to serve it at the last look; true for a pool that is not watched. */
  get isServed(): boolean {
    return !this.watch?.isAway && !this.isSuspended;
  }

  /** Whether a connection stands, rather than being tried for. */
  get isConnected(): boolean {
    return this.connected.size > 0;
  }

  /** Milliseconds that the first in the queue has waited for a connection; 0 when nobody waits. */
  get longestWait(): number {
    const first = this.waits.values().next().value;
    return first ? performance.now() - first.since : 0;
  }

  // The driver declares two forms; the ORM and we use the one with a promise.
  override connect = (async (): Promise<PoolClient> => {
    if (!this.isServed) throw new DatabaseAwayError();
    if (this.idleCount > 0) return super.connect();
    const wait = { since: performance.now() };
    this.waits.add(wait);
    try {
      return await super.connect();
    } finally {
      this.waits.delete(wait);
    }
  }) as Pool['connect'];

  // The driver declares a dozen overloads; callers here use the two promise forms, which this serves.
  override query = (async (...parameters: unknown[]): Promise<QueryResult> => {
    const client = await this.connect();
    try {
      const result = await (client.query as (...all: unknown[]) => Promise<QueryResult>)(...parameters);
      client.release();
      return result;
    } catch (error) {
      client.release(!isStatementError(error));
      throw error;
    }
  }) as Pool['query'];

  /** Ends all connections at once; what runs on them fails. */
  breakOffAll(): void {
    for (const client of this.connected) breakOff(client);
  }

  /** Closes the pool when its connections are free, or after so many milliseconds. */
  async close(milliseconds: number): Promise<void> {
    this.watch?.stop();
    const limit = setTimeout(() => this.breakOffAll(), milliseconds);
    await this.end().finally(() => clearTimeout(limit));
  }
}

type Wire = { connection: { on: (event: 'errorMessage', listen: (message: { severity?: string }) => void) => void } };

/** The driver hands an error on to its statement, whoever sent it; here all of them pass. */
const listenForPanic = (client: object, onPanic: () => void): void =>
  (client as Wire).connection.on('errorMessage', ({ severity }) => {
    if (severity === 'PANIC') onPanic();
  });

const isStatementError = (error: unknown): boolean => error instanceof DatabaseError && !fatal.test(error.code ?? '');
