import { PubSub, type PubSubEngine } from 'graphql-subscriptions';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Redis } from 'ioredis';
import { log } from './log.ts';

/**
 * Wake-ups between processes. A message may be lost (a Redis that is down, a process that joins late): whoever listens
 * must be able to find the truth in the database, and looks there on a heartbeat.
 */
let engine: PubSubEngine = new PubSub();
let connections: Redis[] = [];

/** Connects to Redis when an address is given; otherwise messages stay within this process. */
export function openBus(redisUrl: string | undefined): void {
  if (!redisUrl) return void (engine = new PubSub());
  // Publishing must never wait for Redis: without the offline queue it fails at once, and the heartbeat heals.
  // What is published in one turn of the event loop goes in one write; a write for each took an eighth of the time of a busy writer.
  const publisher = connect(redisUrl, { enableOfflineQueue: false, enableAutoPipelining: true });
  // The check that Redis is ready is a command that a connection must not send once it has subscribed; a topic that is asked
  // for while the connection is just being made would be refused by it, and the refusal would end the process.
  const subscriber = connect(redisUrl, { autoResubscribe: true, enableReadyCheck: false });
  connections = [publisher, subscriber];
  engine = new RedisPubSub({ publisher, subscriber });
}

export async function closeBus(): Promise<void> {
  for (const connection of connections) connection.disconnect();
  connections = [];
  engine = new PubSub();
}

/** Sends a message to every listener on the topic, in all processes. Never fails and never waits. */
export function publish(topic: string, message: object): void {
  engine.publish(topic, message).catch((err: unknown) => log.debug({ err }, 'a wake-up was not sent'));
}

/** Whether messages of other processes arrive here at the moment. Without Redis there are no other processes. */
export const isBusHeard = (): boolean => connections.every((connection) => connection.status === 'ready');

/** Listens to a topic. @returns a function that stops listening */
export function subscribe<Message extends object>(topic: string, listen: (message: Message) => void): () => void {
  // While Redis is away the subscription stays queued, and is made as soon as it is back.
  const subscription = engine.subscribe(topic, listen, {});
  subscription.catch((err: unknown) => log.debug({ err }, 'a subscription was not made'));
  return () => void subscription.then((id) => engine.unsubscribe(id)).catch(() => undefined);
}

function connect(url: string, options: object): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
    ...options,
  });
  redis.on('error', (err) => log.debug({ err }, 'Redis is not reachable'));
  return redis;
}
