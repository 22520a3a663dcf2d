import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './seeded.ts';

/** What may befall a connection, each with its chance from 0 to 1. */
export type Weather = {
  /** It is closed as soon as it is made. */
  refuse: number;
  /** It ends without a word somewhere in its first bytes. */
  cut: number;
  /** Everything on it comes later. */
  delay: number;
  /** Its first bytes come one by one. */
  trickle: number;
  /** It stands still for a while, somewhere in its first bytes. */
  stall: number;
};

export const calm: Weather = { refuse: 0, cut: 0, delay: 0, trickle: 0, stall: 0 };

/** Milliseconds, and bytes. */
const limits = { delay: 60, stall: 1200, early: 6000, trickled: 400 } as const;

/** What befalls one connection. */
type Fate = { delay: number; trickles: boolean; cutAfter: number; stallAfter: number; stall: number };

/**
 * A line to a server on this machine, as bad as it is told to be. The weather decides over connections made from then on;
 * `cut`, `hold` and `slowness` befall those that are there.
 */
export class FaultyProxy {
  weather: Weather = calm;
  /** Milliseconds by which every piece on every connection is late. */
  slowness = 0;
  /** Makes of what the server says what the other side gets to hear; called for each connection, with its other side. */
  filter: ((write: (bytes: Buffer) => void) => (bytes: Buffer) => Buffer) | null = null;
  private readonly target: () => number;
  private readonly random: Random;
  private readonly server: Server;
  private readonly lines = new Set<() => void>();
  private held: Promise<unknown> | null = null;

  /** @param target gives the port for each new connection */
  constructor(target: () => number, random: Random) {
    this.target = target;
    this.random = random;
    this.server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.accept(socket));
  }

  async listen(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends all connections without a word. */
  cut(): void {
    for (const end of this.lines) end();
  }

  /** Everything stands still for so many milliseconds. */
  hold(milliseconds: number): void {
    const held = sleep(milliseconds, undefined, { ref: false }).then(() => {
      if (this.held === held) this.held = null;
    });
    this.held = held;
  }

  /** From now on a good line; what stands still goes on. */
  becomeCalm(): void {
    this.weather = calm;
    this.slowness = 0;
    this.held = null;
  }

  async close(): Promise<void> {
    this.server.close();
    this.cut();
    await once(this.server, 'close');
  }

  private accept(near: Socket): void {
    near.on('error', () => near.destroy());
    const fate = this.drawFate();
    if (!fate) return void near.resetAndDestroy();
    const far = connect({ host: '127.0.0.1', port: this.target(), noDelay: true, allowHalfOpen: true });
    const end = () => {
      this.lines.delete(end);
      near.destroy();
      far.destroy();
    };
    this.lines.add(end);
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
    const filter = this.filter?.((bytes) => void (near.writable && near.write(bytes)));
    this.carry(near, far, fate, end).catch(end);
    this.carry(far, near, fate, end, filter).catch(end);
  }

  /** Null: refused. */
  private drawFate(): Fate | null {
    const { refuse, cut, delay, trickle, stall } = this.weather;
    const somewhere = () => this.random.below(limits.early);
    if (this.random.chance(refuse)) return null;
    return {
      delay: this.random.chance(delay) ? this.random.below(limits.delay) : 0,
      trickles: this.random.chance(trickle),
      cutAfter: this.random.chance(cut) ? somewhere() : Infinity,
      stallAfter: this.random.chance(stall) ? somewhere() : Infinity,
      stall: this.random.below(limits.stall),
    };
  }

  /** One direction of a connection, until its end. */
  private async carry(
    from: Socket,
    to: Socket,
    fate: Fate,
    end: () => void,
    filter: (bytes: Buffer) => Buffer = (bytes) => bytes,
  ): Promise<void> {
    let carried = 0;
    for await (const piece of from as AsyncIterable<Buffer>) {
      const bytes = filter(piece);
      if (this.held) await this.held;
      const late = this.weather === calm ? this.slowness : fate.delay + this.slowness;
      if (late > 0) await sleep(late);
      if (carried <= fate.stallAfter && carried + bytes.length > fate.stallAfter) await sleep(fate.stall);
      if (carried + bytes.length > fate.cutAfter) {
        to.write(bytes.subarray(0, fate.cutAfter - carried), end);
        return;
      }
      if (fate.trickles && carried < limits.trickled) await this.trickle(bytes, to);
      else if (!to.write(bytes)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
      carried += bytes.length;
    }
    to.end();
  }

  private async trickle(bytes: Buffer, to: Socket): Promise<void> {
    const few = bytes.subarray(0, limits.trickled);
    for (let at = 0; at < few.length;) {
      const size = 1 + this.random.below(at < 20 ? 1 : 40);
      to.write(few.subarray(at, at + size));
      at += size;
      await nextTurn();
    }
    to.write(bytes.subarray(few.length));
  }
}
