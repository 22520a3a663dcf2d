import { Redis } from 'ioredis';
import { compactLog } from '../../src/changes/compaction.ts';
import { readConfig } from '../../src/config.ts';
import { domains } from '../../src/domains.ts';
import { closeDatabase, openDatabase, sql } from '../../src/platform/database/database.ts';
import { openLog } from '../../src/platform/observation/log.ts';
import { openSecrets } from '../../src/platform/secrets/secrets.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeFolder } from '../setup/pair.ts';
import { startServer, type ServerProcess } from '../setup/process.ts';
import { startRedis } from '../setup/redis-server.ts';
import { findFreePort } from '../setup/spawn.ts';
import { disturbMessages, type BusWeather } from './bus-messages.ts';
import { FaultyProxy, type Weather } from './faulty-proxy.ts';
import { createPeople, type Person } from './people.ts';
import type { Random } from './seeded.ts';

const secret = 'a secret that only the tests know, long enough';
const quiet: BusWeather = { lost: 0, doubled: 0, late: 0 };
const lasting = domains.flatMap((domain) => domain.lastingTypes ?? []);

/** One of two servers, at an address that it has again after it was killed. */
type Site = { port: number; env: Record<string, string>; server: ServerProcess; starting: Promise<unknown> };
type RedisServer = Awaited<ReturnType<typeof startRedis>>;

/**
 * Two servers of one installation on one PostgreSQL and one Redis, with bad lines wherever there is a line: between
 * devices and servers, between servers and database, and between servers and Redis.
 */
export class World {
  busWeather: BusWeather = quiet;
  readonly sites: readonly Site[];
  /** To one server, to the other, and to either. */
  readonly lines: readonly FaultyProxy[];
  readonly databaseLine: FaultyProxy;
  readonly redisLine: FaultyProxy;
  readonly database: TestDatabase;
  private redis: RedisServer;
  private readonly folder: { path: string; remove: () => void };

  private constructor(
    parts: Pick<World, 'sites' | 'lines' | 'databaseLine' | 'redisLine' | 'database'>,
    redis: RedisServer,
    folder: World['folder'],
  ) {
    this.sites = parts.sites;
    this.lines = parts.lines;
    this.databaseLine = parts.databaseLine;
    this.redisLine = parts.redisLine;
    this.database = parts.database;
    this.redis = redis;
    this.folder = folder;
  }

  static async create(random: Random): Promise<World> {
    const [database, redis, folder] = [await createDatabase(), await startRedis(), makeFolder()];
    const databaseUrl = new URL(database.url);
    const databasePort = Number(databaseUrl.port || 5432);
    const databaseLine = await new FaultyProxy(() => databasePort, random.fork()).listen();
    const redisLine = await new FaultyProxy(() => redis.port, random.fork()).listen();
    databaseUrl.port = String(databaseLine.port);
    const env = {
      DATABASE_URL: database.url,
      REDIS_URL: `redis://127.0.0.1:${redisLine.port}`,
      DATA_DIR: folder.path,
      JWT_SECRET: secret,
      HEARTBEAT_SECONDS: '0.5',
      INSIGHTS_DEBOUNCE_SECONDS: '86400',
    };
    const sites = await Promise.all([
      createSite({ ...env, ROLE: 'all', DATABASE_URL: databaseUrl.href }),
      createSite({ ...env, ROLE: 'web' }),
    ]);
    const ports = sites.map(({ port }) => port);
    const targets = [() => ports[0]!, () => ports[1]!, () => random.pick(ports)];
    const lines = await Promise.all(targets.map((target) => new FaultyProxy(target, random.fork()).listen()));
    const world = new World({ sites, lines, databaseLine, redisLine, database }, redis, folder);
    const messages = random.fork();
    redisLine.filter = (write) => disturbMessages(() => world.busWeather, messages, write);
    await world.openOwnDatabase();
    return world;
  }

  get urls(): string[] {
    return this.lines.map(({ port }) => `http://127.0.0.1:${port}`);
  }

  get directUrls(): string[] {
    return this.sites.map(({ port }) => `http://127.0.0.1:${port}`);
  }

  createPeople = (count: number): Promise<Person[]> => createPeople(this.directUrls[0]!, count);

  /** @returns the number up to which the log is compacted */
  async compact(userId: string, before: Date): Promise<number> {
    await compactLog(userId, before, lasting);
    const read = 'SELECT compacted_seq AS "to" FROM change_heads WHERE user_id = $1::uuid';
    return (await sql.query<{ to: number }>(read, [userId]))[0]!.to;
  }

  /** Ends a server in the middle of everything, and starts it again at once. */
  async killServer(index: number): Promise<void> {
    const site = this.sites[index]!;
    await site.starting;
    await site.server.kill('SIGKILL');
    site.starting = startAgain(site);
    await site.starting;
  }

  /** Ends Redis; after a while there is another one, which knows nothing. */
  async restartRedis(pause: () => Promise<unknown>): Promise<void> {
    await this.redis.stop();
    await pause();
    this.redis = await startRedis(this.redis.port);
  }

  async flushRedis(): Promise<void> {
    const client = new Redis(this.redis.url, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: () => null });
    client.on('error', () => undefined);
    await client
      .connect()
      .then(() => client.flushall())
      .catch(() => undefined);
    client.disconnect();
  }

  /** What servers said at their end that ended by themselves: none should. */
  findEnded(): string[] {
    return this.sites
      .filter(({ server }) => server.process.exitCode !== null || server.process.signalCode !== null)
      .map(({ server }) => `a server ended by itself: ${server.output().slice(-3000)}`);
  }

  /** Every connection that a server has to the database ends. */
  async cutDatabase(): Promise<void> {
    this.databaseLine.cut();
    await sql.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'lifegraph'`,
    );
  }

  setWeather(weather: Weather): void {
    for (const line of this.lines) line.weather = weather;
  }

  becomeCalm(): void {
    this.busWeather = quiet;
    for (const line of [...this.lines, this.databaseLine, this.redisLine]) line.becomeCalm();
  }

  async stop(): Promise<void> {
    await Promise.all(this.sites.map(({ server }) => server.kill('SIGKILL')));
    await closeDatabase();
    await Promise.all([...this.lines, this.databaseLine, this.redisLine].map((line) => line.close()));
    await this.redis.stop();
    await this.database.drop();
    this.folder.remove();
  }

  /** For what tests do behind the servers' backs: compaction, tokens. */
  private async openOwnDatabase(): Promise<void> {
    // Under another name than the servers', whose connections are cut.
    const url = `${this.database.url}?application_name=tests`;
    const config = readConfig({ DATABASE_URL: url, DATABASE_POOL_SIZE: '4', JWT_SECRET: secret });
    openLog('error');
    openSecrets(config);
    await openDatabase(config);
  }
}

async function createSite(env: Record<string, string>): Promise<Site> {
  const port = await findFreePort();
  const settings = { ...env, PORT: String(port) };
  return { port, env: settings, server: await startServer(settings), starting: Promise.resolve() };
}

/** The database may not be reachable at the moment, and then a server does not come up. */
async function startAgain(site: Site): Promise<void> {
  for (;;) {
    const server = await startServer(site.env).catch(() => null);
    if (!server) continue;
    site.server = server;
    return;
  }
}
