import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { documents } from './calls.ts';
import { DifferenceError } from './equality.ts';
import type { Person } from './people.ts';
import type { Side } from './sides.ts';

/** A frame as it came. It is parsed after the clock has stopped. */
export type Frame = { text: string; at: number };

/** A signed-in device that follows its person's changes. */
export type Device = { person: Person; token: string; socket: WebSocket; frames: Frame[] };

/** Sockets being opened at the same time. */
const openedAtOnce = 50;
/** Milliseconds after which what has not come is taken to be lost. */
const patience = 20_000;

/** All devices of all people, following. */
export class Devices {
  readonly all: Device[] = [];
  private count = 0;
  private lastAt = 0;
  private expected: { count: number; reached: () => void } | undefined;

  async connect(side: Side, people: readonly Person[]): Promise<void> {
    const waiting = people.flatMap((person) => person.tokens.map((token) => ({ person, token })));
    while (waiting.length > 0) {
      const next = waiting.splice(0, openedAtOnce);
      await Promise.all(next.map(({ person, token }) => this.open(side, person, token)));
    }
    // A subscription is not acknowledged by the protocol; what is created before it stands would not come.
    await sleep(500);
  }

  /** Forgets what has come, runs `work`, and waits until so many frames are there. @returns when the last one came */
  async expect(count: number, work: () => Promise<unknown>): Promise<number> {
    for (const device of this.all) device.frames = [];
    this.count = 0;
    const complete = new Promise<void>((resolve) => (this.expected = { count, reached: resolve }));
    await work();
    const limit = new AbortController();
    await Promise.race([complete, sleep(patience, undefined, { signal: limit.signal }).catch(() => undefined)]);
    limit.abort();
    const last = this.lastAt;
    // What comes now comes a second time.
    await sleep(100);
    if (this.count !== count) throw new DifferenceError(`Of ${count} deliveries, ${this.count} were made.`);
    return last;
  }

  close(): void {
    for (const { socket } of this.all) socket.terminate();
  }

  private async open(side: Side, person: Person, token: string): Promise<void> {
    const socket = new WebSocket(`${side.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    await once(socket, 'message');
    const device: Device = { person, token, socket, frames: [] };
    socket.on('message', (data) => this.take(device, String(data)));
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: documents.changes } }));
    this.all.push(device);
  }

  private take(device: Device, text: string): void {
    this.lastAt = performance.now();
    device.frames.push({ text, at: this.lastAt });
    this.count += 1;
    if (this.count === this.expected?.count) this.expected.reached();
  }
}
