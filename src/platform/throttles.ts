import { createHmac } from 'node:crypto';
import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { RateLimitedError } from '../kernel/errors.ts';
import { atMost, Buckets, type Demand } from './buckets.ts';
import { log } from './observation/log.ts';
import { keyFor } from './secrets/secrets.ts';

/** A limit: so many at once, and so many a second in the long run. Each key has a bucket of its own. */
export type Throttle = { readonly name: string; readonly burst: number; readonly perSecond: number };

/** What is asked of a throttle. */
export type Claim = { throttle: Throttle; key: string; points?: number };

/** Milliseconds that Redis gets to answer. Whoever asks for something does not wait for a Redis that is away. */
const patience = 100;
/** Keys that one process remembers, of about 350 bytes each (measured). */
const keysMax = 50_000;

let isOn = false;
let redis: Redis | undefined;
let buckets = new Buckets(keysMax);
/** Until when what is noted is kept. Apart from the buckets: strangers fill those, and shall not push out who is known. */
let notes = new LRUCache<string, number>(atMost(keysMax));

/**
 * Begins to count, together with all processes that have the same Redis, or within this one. While Redis is away or slow each
 * process counts alone, and begins with full buckets.
 */
export function openThrottles({ redisUrl, isOff }: { redisUrl: string | undefined; isOff: boolean }): void {
  isOn = !isOff;
  if (!isOn || !redisUrl) return;
  redis = new Redis(redisUrl, {
    commandTimeout: patience,
    enableOfflineQueue: false,
    // What was not answered is counted here; sent again, it would be counted twice.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
  }).on('error', (err) => log.debug({ err }, 'Redis is not reachable'));
}

export async function closeThrottles(): Promise<void> {
  isOn = false;
  redis?.disconnect();
  redis = undefined;
  buckets = new Buckets(keysMax);
  notes = new LRUCache(atMost(keysMax));
}

/** Whether anything is counted. */
export const isThrottling = (): boolean => isOn;

/** Takes points of a throttle. @throws RateLimitedError when there are not enough */
export const take = (throttle: Throttle, key: string, points = 1): Promise<void> =>
  takeAll([{ throttle, key, points }]);

/** Takes from several throttles or, when one of them refuses, from none. @throws RateLimitedError */
export async function takeAll(claims: readonly Claim[]): Promise<void> {
  if (!isOn) return;
  const demands = claims.map(toDemand);
  const wait = (await ask((store) => takeInRedis(store, demands))) ?? buckets.take(demands);
  if (wait > 0) throw new RateLimitedError(Math.ceil(wait / 1000));
}

/** Gives back what turned out not to be what is counted. */
export const giveBack = (claims: readonly Claim[]): Promise<void> =>
  takeAll(claims.map((claim) => ({ ...claim, points: -(claim.points ?? 1) })));

/** Forgets what a key has taken. */
export async function reset(throttle: Throttle, key: string): Promise<void> {
  if (!isOn) return;
  const name = hide(throttle.name, key);
  buckets.fill(name);
  await ask((store) => store.del(name));
}

/** Keeps for some time that there was something with this key. */
export async function note(subject: string, key: string, seconds: number): Promise<void> {
  if (!isOn) return;
  const name = hide(subject, key);
  notes.set(name, Date.now() + seconds * 1000);
  await ask((store) => store.set(name, 1, 'EX', seconds));
}

/** Whether such a note is kept. */
export async function isNoted(subject: string, key: string): Promise<boolean> {
  if (!isOn) return false;
  const name = hide(subject, key);
  return (notes.get(name) ?? 0) > Date.now() || (await ask((store) => store.exists(name))) === 1;
}

/** What Redis says; undefined when it says nothing in time, or there is none. */
async function ask<Answer>(question: (store: Redis) => Promise<Answer>): Promise<Answer | undefined> {
  if (!redis) return undefined;
  try {
    return await question(redis);
  } catch (err) {
    log.debug({ err }, 'a throttle counts in this process alone');
    return undefined;
  }
}

function toDemand({ throttle: { name, burst, perSecond }, key, points = 1 }: Claim): Demand {
  return {
    key: hide(name, key),
    fill: Math.ceil((points * 1000) / perSecond),
    room: Math.ceil((burst * 1000) / perSecond),
  };
}

/** Keys are addresses of people. Neither Redis nor a dump of the memory shows them, or lets them be guessed. */
const hide = (name: string, key: string): string =>
  `lifegraph:${name}:${createHmac('sha256', keyFor('throttle')).update(key).digest('base64url')}`;

/** As Buckets.take, in one step for all processes, by the clock of Redis. */
const takeScript = `
  local time = redis.call('TIME')
  local now, wait, next = time[1] * 1000 + math.floor(time[2] / 1000), 0, {}
  for i, key in ipairs(KEYS) do
    next[i] = math.max(tonumber(redis.call('GET', key) or 0), now) + ARGV[2 * i - 1]
    wait = math.max(wait, next[i] - now - ARGV[2 * i])
  end
  if wait > 0 then return wait end
  for i, key in ipairs(KEYS) do
    if next[i] > now then redis.call('SET', key, string.format('%.0f', next[i]), 'PX', string.format('%.0f', next[i] - now))
    else redis.call('DEL', key) end
  end
  return 0`;

async function takeInRedis(store: Redis, demands: readonly Demand[]): Promise<number> {
  const keys = demands.map(({ key }) => key);
  const wait = await store.eval(takeScript, keys.length, ...keys, ...demands.flatMap(({ fill, room }) => [fill, room]));
  return Number(wait);
}
