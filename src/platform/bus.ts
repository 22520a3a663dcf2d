import { setTimeout as sleep } from 'node:timers/promises';
import { PubSub, type PubSubEngine } from 'graphql-subscriptions';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Redis, type RedisOptions } from 'ioredis';
import { log } from './observation/log.ts';

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
  const publisher = watch(new Redis(redisUrl, { ...options, enableOfflineQueue: false, enableAutoPipelining: true }));
  // The check that Redis is ready is a command that a connection must not send once it has subscribed; a topic that is asked
  // for while the connection is just being made would be refused by it.
  const subscriber = watch(new Listener(redisUrl, { ...options, autoResubscribe: true, enableReadyCheck: false }));
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
  // While Redis is away or refuses it the subscription stays asked for, and is made as soon as that is over.
  const subscription = engine.subscribe(topic, listen, {});
  subscription.catch((err: unknown) => log.debug({ err }, 'a subscription was not made'));
  return () => void subscription.then((id) => engine.unsubscribe(id)).catch(() => undefined);
}

const options: RedisOptions = {
  maxRetriesPerRequest: null,
  retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
};

function watch(redis: Redis): Redis {
  return redis.on('error', (err) => log.debug({ err }, 'Redis is not reachable'));
}

/** Milliseconds after which a topic that Redis has refused is asked for again. */
const refusalPause = 1000;

/**
 * The connection that listens. graphql-redis-subscriptions keeps promises of its requests that nobody can get at, and so does
 * ioredis when it subscribes again after an outage: one that is rejected (no permission, no password, too many clients, closed
 * before the answer) would end the process. So none is: topics are asked for until they are granted, and an end that is refused
 * does no harm.
 */
class Listener extends Redis {
  /** @returns when the topics are heard, or the connection has been closed */
  override async subscribe(...request: unknown[]): Promise<void> {
    const whenGranted = typeof request.at(-1) === 'function' ? (request.pop() as () => void) : undefined;
    while (!(await this.ask(request as string[]))) await sleep(refusalPause, undefined, { ref: false });
    whenGranted?.();
  }

  override async unsubscribe(...request: unknown[]): Promise<void> {
    await super.unsubscribe(...(request as string[])).catch(noteRefusal);
  }

  override async punsubscribe(...request: unknown[]): Promise<void> {
    await super.punsubscribe(...(request as string[])).catch(noteRefusal);
  }

  /** @returns whether there is no more to ask */
  private ask(topics: readonly string[]): Promise<boolean> {
    return super.subscribe(...topics).then(
      () => true,
      (err: unknown) => {
        noteRefusal(err);
        return this.status === 'end';
      },
    );
  }
}

const noteRefusal = (err: unknown): void => log.debug({ err }, 'Redis refused a request about a topic');
