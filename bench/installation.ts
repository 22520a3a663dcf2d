import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../src/config.ts';
import { openSecrets } from '../src/platform/secrets/secrets.ts';
import { findPostgresBinaries, startPostgres } from '../test/setup/postgres-server.ts';
import { runMain } from '../test/setup/process.ts';
import { startRedis } from '../test/setup/redis-server.ts';
import { startChild, waitUntilUp, type Child } from '../test/setup/spawn.ts';
import { fill } from './content/fill.ts';
import type { Group } from './content/people.ts';
import { queryOnce } from './database-state.ts';
import type { Processes } from './processor-time.ts';
import { sideNames, type Node, type Side, type SideName } from './sides.ts';

/** A node and the process that it is. */
export type RunningNode = Node & { child: Child };

export type Installation = {
  /** The two nodes of a side, started when they are first asked for. */
  sideOf: (name: SideName) => Promise<Side>;
  /** What all sides use. */
  shared: Processes;
  /** When the databases were the same, in their time. */
  filledAt: string;
  /** Starts one more node of a side. */
  startNode: (name: SideName, environment?: Environment) => Promise<RunningNode>;
  /** Starts the peer of a catch-up on the product's database. */
  startCopyServer: () => Promise<RunningNode>;
};

/** There is nothing to measure on. */
export class NoPostgresError extends Error {}

type Stop = () => unknown;
type Environment = Record<string, string>;

const peerPrograms = { stock: 'stock-server.ts', floor: 'floor-server.ts' } as const;

/**
 * Starts PostgreSQL and Redis, fills a database with the product's schema, and copies it for each side.
 * @param stops gets what undoes each step, so that what has started is stopped even when a later step fails
 * @param profileFolder gets the CPU profiles of the product's nodes, if there is one
 */
export async function install(
  stops: Stop[],
  groups: readonly Group[],
  profileFolder: string | null,
): Promise<Installation> {
  const database = await startDatabaseServer(stops);
  const redis = await startRedis();
  stops.push(() => redis.stop());
  const settings = { ...makeSettings(stops), REDIS_URL: redis.url };
  openSecrets(readConfig({ ...settings, DATABASE_URL: database.url }));
  const filledAt = await fillModel(database.url, settings, groups, stops);
  for (const name of sideNames) await queryOnce(database.url, `CREATE DATABASE ${name} TEMPLATE model`);
  const settingsOf = (name: SideName) => ({ ...settings, DATABASE_URL: toUrl(database.url, name) });
  const profiling: Environment = profileFolder ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileFolder}` } : {};
  const startNode = (name: SideName, environment: Environment = name === 'product' ? profiling : {}) =>
    startServer(name, { ...settingsOf(name), ...environment }, stops);
  return {
    sideOf: startOnce(async (name) => {
      const [writer, follower] = await Promise.all([startNode(name), startNode(name)]);
      return { name, databaseUrl: toUrl(database.url, name), writer, follower };
    }),
    shared: { generator: process.pid, database: database.pid, redis: redis.pid },
    filledAt,
    startNode,
    startCopyServer: () => waitForNode(runPeer('copy-server.ts', settingsOf('product'), stops)),
  };
}

function startOnce(start: (name: SideName) => Promise<Side>): Installation['sideOf'] {
  const started = new Map<SideName, Promise<Side>>();
  return (name) => {
    const side = started.get(name) ?? start(name);
    started.set(name, side);
    return side;
  };
}

/** The processes that work for a side while its writer is asked and its follower delivers. */
export const processesOf = ({ shared }: Installation, { writer, follower }: Side): Processes => {
  const { generator, ...others } = shared;
  return { generator: generator!, writer: writer.pid, follower: follower.pid, ...others };
};

/** Starts a server of its own. @throws NoPostgresError */
export async function startDatabaseServer(stops: Stop[]): Promise<{ url: string; pid: number }> {
  const binaries = findPostgresBinaries();
  if ('reason' in binaries) {
    throw new NoPostgresError(
      `The benchmark needs PostgreSQL on this machine, the embedded database is no peer: ${binaries.reason}.`,
    );
  }
  const postgres = await startPostgres(binaries.folder);
  stops.push(() => postgres.stop());
  return postgres;
}

/** All sides run with the same settings; nothing works the jobs off, which wait for an hour anyway. */
function makeSettings(stops: Stop[]): Environment {
  const folder = mkdtempSync(join(tmpdir(), 'lifegraph-bench-'));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  return {
    NODE_ENV: 'production',
    ROLE: 'web',
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: folder,
    DATABASE_POOL_SIZE: '10',
    LOG_LEVEL: 'silent',
    RATE_LIMIT: 'off',
    INSIGHTS_DEBOUNCE_SECONDS: '3600',
    JWT_SECRET: randomBytes(32).toString('base64'),
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  };
}

/** A server of its own makes the schema, and ends. @returns the time of the database when all was in */
async function fillModel(
  server: string,
  settings: Environment,
  groups: readonly Group[],
  stops: Stop[],
): Promise<string> {
  await queryOnce(server, 'CREATE DATABASE model');
  const databaseUrl = toUrl(server, 'model');
  const { url, child } = await startServer('product', { ...settings, DATABASE_URL: databaseUrl }, stops);
  await fill(databaseUrl, url, groups).catch((cause: unknown) => {
    throw new Error(`the database could not be filled: ${child.output()}`, { cause });
  });
  // A database can only be copied while nobody uses it.
  await child.kill();
  const [row] = await queryOnce(databaseUrl, 'SELECT now()::text AS now');
  return String(row!['now']);
}

function startServer(name: SideName, environment: Environment, stops: Stop[]): Promise<RunningNode> {
  if (name !== 'product') return waitForNode(runPeer(peerPrograms[name], environment, stops));
  const child = runMain(environment);
  stops.push(() => child.kill());
  return waitForNode(child);
}

function runPeer(program: string, environment: Environment, stops: Stop[]): Child {
  const options = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'peers', program)];
  const child = startChild(process.execPath, options, { env: { PATH: process.env['PATH'], ...environment } });
  stops.push(() => child.kill());
  return child;
}

/** All say where they are as soon as they listen. */
async function waitForNode(child: Child): Promise<RunningNode> {
  let url: string | undefined;
  await waitUntilUp(child, async () => {
    url = /at (\w+:\/\/[\d.:]+)/.exec(child.output())?.[1];
    if (!url) throw new Error('not listening yet');
  });
  return { url: url!, pid: child.process.pid!, child };
}

function toUrl(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
