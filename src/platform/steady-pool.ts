import { DatabaseError, Pool, type PoolClient, type PoolConfig, type QueryResult } from 'pg';

/** SQLSTATE classes after which a connection is of no more use: connection exception, operator intervention. */
const fatal = /^(08|57)/;

/**
 * A pool that keeps a connection whose statement failed. The driver's own `pool.query` throws the connection away with
 * every error, be it only a broken constraint: dear on a server, and on the embedded database, which has one connection,
 * the next statement finds none.
 */
export class SteadyPool extends Pool {
  /** When each of those who wait for a connection began to, the first of them first. */
  private readonly waits = new Set<{ since: number }>();

  constructor(config: PoolConfig) {
    super(config);
    // The driver tells the loss of a connection twice: to the statement under way, which fails, and as an event. While the
    // connection is in use nobody else listens to that, and it would end the process.
    this.on('connect', (client) => client.on('error', () => undefined));
  }

  /** Milliseconds that the first in the queue has waited for a connection; 0 when nobody waits. */
  get longestWait(): number {
    const first = this.waits.values().next().value;
    return first ? performance.now() - first.since : 0;
  }

  // The driver declares a dozen overloads; callers here use the promise forms, which these serve.
  override connect = (async (): Promise<PoolClient> => {
    const wait = { since: performance.now() };
    this.waits.add(wait);
    try {
      return await super.connect();
    } finally {
      this.waits.delete(wait);
    }
  }) as Pool['connect'];

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
}

const isStatementError = (error: unknown): boolean => error instanceof DatabaseError && !fatal.test(error.code ?? '');
