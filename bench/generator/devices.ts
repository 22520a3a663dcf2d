import { setTimeout as sleep } from 'node:timers/promises';
import type { Person } from '../content/people.ts';
import { DifferenceError } from '../equality.ts';
import { DeviceSocket } from './device-socket.ts';
import { readFrames, type Frame } from './frames.ts';

/** A signed-in device that follows its person's changes. */
export type Device = { person: Person; token: string; socket: DeviceSocket; frames: Frame[] };

/** Sockets being opened at the same time. */
const openedAtOnce = 50;
/** Milliseconds after which what has not come is taken to be lost. */
const patience = 30_000;

/** All devices of all people, following. */
export class Devices {
  readonly all: Device[] = [];
  private count = 0;
  private lastAt = 0;
  private expected: { count: number; reached: () => void } | undefined;

  async connect(url: string, people: readonly Person[]): Promise<void> {
    const waiting = people.flatMap((person) => person.tokens.map((token) => ({ person, token })));
    while (waiting.length > 0) {
      const next = waiting.splice(0, openedAtOnce);
      await Promise.all(next.map(({ person, token }) => this.open(url, person, token)));
    }
    // A subscription is not acknowledged by the protocol; what is created before it stands would not come.
    await sleep(1000);
  }

  /** Forgets what has come, runs `work`, and waits until so many frames are there. @returns when the last one came */
  async expect(count: number, work: () => Promise<unknown>): Promise<number> {
    for (const { socket } of this.all) socket.received = [];
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

  /** Reads what has come into the devices' `frames`. */
  readFrames(): void {
    for (const device of this.all) device.frames = readFrames(device.socket.received);
  }

  close(): void {
    for (const { socket } of this.all) socket.close();
  }

  private async open(url: string, person: Person, token: string): Promise<void> {
    const socket = await DeviceSocket.open(url, token, (count, at) => this.take(count, at));
    socket.subscribe();
    this.all.push({ person, token, socket, frames: [] });
  }

  private take(count: number, at: number): void {
    this.lastAt = at;
    this.count += count;
    if (this.count === this.expected?.count) this.expected.reached();
  }
}
