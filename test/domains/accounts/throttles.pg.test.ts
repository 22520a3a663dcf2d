import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, newEmail } from '../../setup/client.ts';
import { hasServers } from '../../setup/database.ts';
import { startPair, type Pair } from '../../setup/pair.ts';
import { startRedis } from '../../setup/redis-server.ts';
import { refusalOf } from '../../setup/refusals.ts';

describe.skipIf(!hasServers())('guesses at two servers', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let pair: Pair;

  beforeAll(async () => {
    redis = await startRedis();
    pair = await startPair(redis.url, { RATE_LIMIT: 'on' });
  });
  afterAll(async () => {
    await pair?.stop();
    await redis?.stop();
  });

  /** The codes of wrong passwords, asked of the servers in turn. */
  const guess = async (email: string, times: number): Promise<string[]> => {
    const codes: string[] = [];
    for (let i = 0; i < times; i += 1) {
      const { url } = [pair.here, pair.there][i % 2]!;
      codes.push((await refusalOf(Client.login(url, email, 'wrong password'))).code);
    }
    return codes;
  };
  const letThrough = (codes: string[]) => codes.filter((code) => code === 'UNAUTHENTICATED').length;

  it('are counted together, and what is right at one is forgotten at both', async () => {
    const email = newEmail();
    await Client.register(pair.here.url, { email });
    expect(letThrough(await guess(email, 8))).toBe(8);
    await Client.login(pair.there.url, email);
    expect(letThrough(await guess(email, 16))).toBe(10);
    expect(await refusalOf(Client.login(pair.here.url, email))).toMatchObject({
      code: 'RATE_LIMITED',
      extensions: { retryAfterSeconds: expect.any(Number) as number },
    });
  });

  it('leave no address of anybody in Redis, and nothing that stays', async () => {
    const email = newEmail();
    await Client.register(pair.here.url, { email });
    await guess(email, 2);
    const store = new Redis(redis.url);
    const keys = await store.keys('lifegraph:*');
    const lives = await Promise.all(keys.map((key) => store.pttl(key)));
    store.disconnect();
    expect(keys.length).toBeGreaterThan(3);
    expect(keys.filter((key) => key.includes('@') || key.includes('127.0.0.1') || key.includes(email))).toEqual([]);
    expect(lives.every((life) => life > 0)).toBe(true);
  });

  it('are counted by each alone while Redis is away or hangs, and nobody waits', { timeout: 60_000 }, async () => {
    const [email, other] = [newEmail(), newEmail()];
    process.kill(redis.pid, 'SIGSTOP');
    try {
      expect(letThrough(await guess(email, 26))).toBe(20);
      const started = performance.now();
      await guess(email, 10);
      expect((performance.now() - started) / 10).toBeLessThan(1000);
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
    await redis.stop();
    expect(letThrough(await guess(other, 26))).toBe(20);
  });
});
