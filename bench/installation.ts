import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgresBinaries, startPostgres } from '../test/setup/postgres-server.ts';
import { runMain } from '../test/setup/process.ts';
import { startChild, waitUntilUp, type Child } from '../test/setup/spawn.ts';
import { queryOnce } from './database-state.ts';
import { openAccounts, type Person } from './people.ts';
import type { Sides } from './sides.ts';

export type Installation = { sides: Sides; people: Person[] };

/** There is nothing to measure on. */
export class NoPostgresError extends Error {}

type Stop = () => unknown;

/**
 * Starts PostgreSQL, lets the product fill a database, copies it for the floor, and starts both servers.
 * @param stops gets what undoes each step, so that what has started is stopped even when a later step fails
 */
export async function install(stops: Stop[]): Promise<Installation> {
  const server = await startDatabaseServer(stops);
  const databaseUrls = { product: toUrl(server, 'product'), floor: toUrl(server, 'floor') };
  await queryOnce(server, 'CREATE DATABASE product');
  const settings = makeSettings(stops);
  const people = await fill({ ...settings, DATABASE_URL: databaseUrls.product }, stops);
  await queryOnce(databaseUrls.product, 'VACUUM ANALYZE');
  await queryOnce(server, 'CREATE DATABASE floor TEMPLATE product');
  const [productUrl, floorUrl] = await Promise.all([
    waitForUrl(startProduct({ ...settings, DATABASE_URL: databaseUrls.product }, stops)),
    waitForUrl(startFloor({ ...settings, DATABASE_URL: databaseUrls.floor }, stops)),
  ]);
  const sides: Sides = {
    product: { name: 'product', url: productUrl, databaseUrl: databaseUrls.product },
    floor: { name: 'floor', url: floorUrl, databaseUrl: databaseUrls.floor },
  };
  return { sides, people };
}

/** Starts a server of its own. @returns its address @throws NoPostgresError */
export async function startDatabaseServer(stops: Stop[]): Promise<string> {
  const binaries = findPostgresBinaries();
  if ('reason' in binaries) {
    throw new NoPostgresError(
      `The benchmark needs PostgreSQL on this machine, the embedded database is no peer: ${binaries.reason}.`,
    );
  }
  const postgres = await startPostgres(binaries.folder);
  stops.push(() => postgres.stop());
  return postgres.url;
}

/** Both sides run with the same settings; the product's queue does not analyse anything while it is measured. */
function makeSettings(stops: Stop[]): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'lifegraph-bench-'));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  return {
    NODE_ENV: 'production',
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

/** A server of its own that ends again: a database can only be copied while nobody uses it. */
async function fill(settings: Record<string, string>, stops: Stop[]): Promise<Person[]> {
  const server = startProduct(settings, stops);
  const people = await openAccounts(await waitForUrl(server)).catch((cause: unknown) => {
    throw new Error(`the product could not be filled: ${server.output()}`, { cause });
  });
  await server.kill();
  return people;
}

function startProduct(settings: Record<string, string>, stops: Stop[]): Child {
  const child = runMain(settings);
  stops.push(() => child.kill());
  return child;
}

function startFloor(settings: Record<string, string>, stops: Stop[]): Child {
  const program = join(import.meta.dirname, 'floor-server.ts');
  const child = startChild(process.execPath, [program], { env: { PATH: process.env['PATH'], ...settings } });
  stops.push(() => child.kill());
  return child;
}

/** Both say where they are as soon as they listen. */
async function waitForUrl(child: Child): Promise<string> {
  let url: string | undefined;
  await waitUntilUp(child, async () => {
    url = /at (http:\/\/[\d.:]+)/.exec(child.output())?.[1];
    if (!url) throw new Error('not listening yet');
  });
  return url!;
}

function toUrl(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
