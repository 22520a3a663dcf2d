import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { types } from 'pg';
import { PrismaClient, type Prisma } from '../../../generated/prisma/client.ts';
import type { Config } from '../../config.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts';
import { log } from '../observation/log.ts';
import { lockSchema, migrate } from './migrations.ts';
import { SteadyPool } from './steady-pool.ts';

/** What can run plain SQL. Parameters carry casts ($1::uuid): the two ways to run it infer types differently. */
export type Sql = {
  query: <Row extends object>(text: string, values?: readonly unknown[], name?: string) => Promise<Row[]>;
};

/**
 * An open transaction: the ORM and plain SQL on the same connection. While one is open nothing may ask the pool for a
 * second connection: the embedded database has only this one, and would wait for itself.
 */
export type Transaction = Sql & {
  prisma: Prisma.TransactionClient;
  /** Runs once the transaction has committed, and not at all if it does not. */
  afterCommit: (effect: () => void) => void;
};

/** Bounds how long one transaction may wait for a connection, and hold it. */
export type TransactionOptions = { timeoutSeconds?: number };

let pool: SteadyPool | undefined;
let prismaClient: PrismaClient | undefined;
let stopEmbedded: (() => Promise<void>) | undefined;
let isEmbeddedDatabase = false;
let housekeeping: NodeJS.Timeout | undefined;
/** Milliseconds between two rounds of housekeeping. */
const housekeepingInterval = 6 * 3_600_000;
/**
 * Milliseconds that somebody waits for a connection. On a server all that wait longer are told so; the one connection of the
 * embedded database is a queue that moves.
 */
const connectionWait = { server: 5000, embedded: 15_000 } as const;
/** Milliseconds that one statement may take on a server, unless its transaction has been given more. */
const statementLimit = 30_000;
/**
 * Milliseconds that a transaction may stand still on a server. When the line to it is cut without a word, the server does not
 * notice for hours, and the person's log would stay locked that long by what was under way.
 */
const standstillLimit = 10_000;
/** Milliseconds that statements under way get to end when the database is closed. */
const closingLimit = 3000;

/** The ORM, for ordinary reads. Writes go through the change log's `writeChanges`. */
export const prisma = (): PrismaClient => opened(prismaClient);

/** Whether the database runs inside this process, on one connection. */
export const isEmbedded = (): boolean => isEmbeddedDatabase;

/** Plain SQL outside any transaction. A `name` lets the server keep the plan: give one to statements of fixed text. */
export const sql: Sql = {
  query: async <Row extends object>(text: string, values: readonly unknown[] = [], name?: string) =>
    (await opened(pool).query<Row>({ text, values: [...values], name })).rows,
};

/** A row as the server wrote it: the texts of its columns in their order. */
export type TextRow = (string | null)[];

/** Plain SQL for reading very much at once: nothing is parsed, and no object is made of a row. A `name` as in `sql`. */
export const readTexts = async (text: string, values: readonly unknown[], name?: string): Promise<TextRow[]> =>
  (await opened(pool).query<TextRow>({ text, values: [...values], name, rowMode: 'array', types: unparsed })).rows;

const unparsed = { getTypeParser: () => (text: string) => text };

/** Runs the queue's own statements, several in one text when they carry no parameters. */
export const executeSql = (text: string, values?: unknown[]): Promise<{ rows: unknown[] }> =>
  opened(pool).query(text, values);

/**
 * Opens the one pool that everything shares, and brings the schema up to date.
 * The embedded database mixes up the extended protocol of several connections, so there its size is exactly 1.
 */
export async function openDatabase(config: Config): Promise<void> {
  pool = config.databaseUrl
    ? openServerPool(config.databaseUrl, config.databasePoolSize)
    : await openEmbeddedPool(config.dataDir);
  // A connection lost while idle is replaced at the next query; without a listener it would end the process.
  pool.on('error', (err) => log.warn({ err }, 'an idle database connection was lost'));
  prismaClient = new PrismaClient({ adapter: new PrismaPg(pool) });
  const client = await pool.connect();
  await migrate(client).finally(() => client.release());
  if (isEmbeddedDatabase) await startHousekeeping(pool);
}

/**
 * Does what a server's autovacuum does: without it the embedded database knows nothing of its tables, and sorts all entries
 * for every page of a list. Now, and every few hours.
 */
async function startHousekeeping(single: SteadyPool): Promise<void> {
  await single.query('VACUUM ANALYZE');
  housekeeping = setInterval(() => {
    single.query('VACUUM ANALYZE').catch((err: unknown) => log.warn({ err }, 'the tables could not be tidied'));
  }, housekeepingInterval);
}

/**
 * To be called after writing very much at once: plans follow the tables as they are now. A server does so by itself; the
 * embedded database would until its next housekeeping sort all entries for every page of a list (measured on 50,000:
 * 2,500 ms instead of 30).
 */
export async function refreshStatistics(): Promise<void> {
  if (isEmbeddedDatabase) await sql.query('ANALYZE');
}

/**
 * Runs `work` while no other process of this installation brings a schema up to date. The lock holds a connection of its
 * own, which the embedded database neither has nor needs: there is no other process.
 */
export async function withSchemaLock<Result>(work: () => Promise<Result>): Promise<Result> {
  if (isEmbeddedDatabase) return work();
  const client = await opened(pool).connect();
  return lockSchema(client, work).finally(() => client.release());
}

/** Closes the pool and stops the embedded database. Harmless when nothing is open. */
export async function closeDatabase(): Promise<void> {
  clearInterval(housekeeping);
  // The pool first: it knows when to give up. Prisma would wait for whatever is under way, however long that takes.
  await pool?.close(closingLimit);
  await prismaClient?.$disconnect();
  await stopEmbedded?.();
  pool = prismaClient = stopEmbedded = undefined;
}

/** How the connections of this process are used; `longestWait` in milliseconds. */
export function readPoolUse(): { open: number; idle: number; waiting: number; longestWait: number } {
  const { totalCount = 0, idleCount = 0, waitingCount = 0, longestWait = 0 } = pool ?? {};
  return { open: totalCount, idle: idleCount, waiting: waitingCount, longestWait };
}

/**
 * Whether the database answers us. A server is watched anyway, so nobody has to wait for it here; but it may be there and have
 * no connection for us, which shows when we have none.
 */
export async function isDatabaseThere(): Promise<boolean> {
  if (!isEmbeddedDatabase && (!isServed() || pool?.isConnected)) return isServed();
  return sql.query('SELECT 1 AS one').then(
    () => true,
    () => false,
  );
}

/** The same at once, as far as it is known. */
export const isServed = (): boolean => pool?.isServed ?? false;

/** Runs `work` in one transaction: all of it happens, or nothing does. */
export async function transaction<Result>(
  work: (tx: Transaction) => Promise<Result>,
  { timeoutSeconds = 15 }: TransactionOptions = {},
): Promise<Result> {
  const effects: (() => void)[] = [];
  const timeout = timeoutSeconds * 1000;
  const limits = { timeout, maxWait: isEmbeddedDatabase ? connectionWait.embedded : connectionWait.server };
  const result = await prisma().$transaction(async (client) => {
    const query: Sql['query'] = (text, values = []) => client.$queryRawUnsafe(text, ...values);
    if (timeout > statementLimit) await client.$executeRawUnsafe(`SET LOCAL statement_timeout = ${timeout}`);
    return work({ prisma: client, query, afterCommit: (effect) => effects.push(effect) });
  }, limits);
  for (const effect of effects) effect();
  return result;
}

function openServerPool(connectionString: string, max: number): SteadyPool {
  isEmbeddedDatabase = false;
  const limits = {
    connectionTimeoutMillis: connectionWait.server,
    statement_timeout: statementLimit,
    idle_in_transaction_session_timeout: standstillLimit,
  };
  return new SteadyPool({ connectionString, max, ...limits, ...session }, { isWatched: true });
}

async function openEmbeddedPool(dataDir: string): Promise<SteadyPool> {
  const embedded = await startEmbeddedPostgres(dataDir);
  stopEmbedded = embedded.stop;
  isEmbeddedDatabase = true;
  const config = { host: embedded.socketDirectory, user: 'postgres', database: 'postgres', max: 1, ...session };
  const single: SteadyPool = new SteadyPool(config, { onPanic: () => void revive(embedded, single) });
  // The embedded database has one session for all connections: a new one would find the names of the last one taken.
  single.on('connect', (client) => void client.query('DEALLOCATE ALL').catch(() => undefined));
  return single;
}

/** Milliseconds between two attempts to start the embedded database anew. */
const revivalPause = 3000;

/**
 * The embedded database gives up when its log finds no room on the disk (PANIC), and then answers nobody any more. It is
 * started anew, which mends it as after a crash, as often as it takes until there is room.
 */
async function revive(embedded: EmbeddedPostgres, single: SteadyPool): Promise<void> {
  if (single.isSuspended) return;
  single.isSuspended = true;
  log.error('the embedded database has given up: is there room on its disk? It is started anew');
  // The one who asked gets to hear why.
  await sleep(100);
  single.breakOffAll();
  while (!(await isUpAgain(embedded))) {
    await sleep(revivalPause, undefined, { ref: false });
    // It has been closed meanwhile.
    if (pool !== single) return;
  }
  single.isSuspended = false;
  log.info('the embedded database is up again');
}

const isUpAgain = (embedded: EmbeddedPostgres): Promise<boolean> =>
  embedded.restart().then(
    () => true,
    (err: unknown) => {
      log.warn({ err }, 'the embedded database does not come up; it is tried again');
      return false;
    },
  );

const dateOid = 1082;
const session = {
  idleTimeoutMillis: 0,
  keepAlive: true,
  application_name: 'lifegraph',
  types: {
    // A civil day stays the text it is; as a Date it would take on the server's time zone.
    getTypeParser: (oid: number, format?: 'text' | 'binary') =>
      oid === dateOid ? (text: string) => text : types.getTypeParser(oid, format as 'text'),
  },
};

function opened<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the database is not open');
  return value;
}
