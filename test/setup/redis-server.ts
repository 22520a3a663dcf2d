import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { TestServer } from './postgres-server.ts';
import { findFreePort, startChild, waitUntilUp } from './spawn.ts';

/** A Redis server in a temporary folder. @param port where a stopped one is to come back */
export async function startRedis(port?: number): Promise<TestServer & { port: number }> {
  const at = port ?? (await findFreePort());
  const folder = mkdtempSync(join(tmpdir(), 'lifegraph-redis-'));
  const settings = { port: at, bind: '127.0.0.1', save: '', appendonly: 'no', dir: folder };
  const child = startChild(
    'redis-server',
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]),
  );
  const url = `redis://127.0.0.1:${at}`;
  await waitUntilUp(child, () => askRedis(url));
  const stop = async () => {
    await child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, port: at, pid: child.process.pid!, stop };
}

/** @throws when there is no Redis at the address */
export async function askRedis(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}
