import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '../setup/client.ts';
import { Caller } from './caller.ts';
import type { Call } from './calls.ts';
import { trueTime } from './clock.ts';
import { Device, type Defect } from './device.ts';
import { DrawnActions, type View } from './drawn-actions.ts';
import { readLines, type Person } from './people.ts';
import { pickWeighted, type Random } from './seeded.ts';
import { Witness } from './witness.ts';
import type { World } from './world.ts';

/** What may happen next in the life of a person with several devices, and how often. */
const weights = {
  createEntry: 30,
  updateEntry: 24,
  updateExpecting: 9,
  deleteEntry: 7,
  createAgain: 3,
  createMetric: 4,
  updateMetric: 5,
  deleteMetric: 2,
  updateProfile: 3,
  toggleNetwork: 10,
  restart: 2,
  kill: 2,
  turnClock: 3,
  callPlainly: 26,
  undo: 6,
} as const;
type StepName = keyof typeof weights;

/** What is done by plain mutations, and how often. */
const callWeights = {
  createEntry: 8,
  createEntries: 3,
  updateEntry: 10,
  deleteEntry: 3,
  createAgain: 2,
  createMetric: 2,
  updateMetric: 3,
  deleteMetric: 1,
  updateProfile: 2,
} as const;

/** Milliseconds between two steps, at most; chances of one step. */
const pauseMax = 180;
const chances = {
  burst: 0.3,
  readOwnWrite: 0.15,
  /** That somebody takes back what has just been acknowledged, or what came shortly before. */
  regret: 0.2,
  tabs: 0.25,
} as const;
const hour = 3_600_000;

/** One person's devices, living through what a seed says. */
export class History {
  readonly witness = new Witness();
  readonly devices: Device[];
  /** What writes by plain mutations, in some of the histories. */
  readonly app: Caller;
  readonly person: Person;
  private readonly random: Random;
  /** What is drawn when something is heard, whenever that is. */
  private readonly whims: Random;
  private readonly world: World;
  private readonly draw: DrawnActions;
  private readonly hasApp: boolean;
  private readonly compacts: boolean;
  /** Offline for long: until it is online again, the log is compacted. */
  private away: Device | null = null;
  private readonly reads: Promise<void>[] = [];

  constructor(world: World, person: Person, random: Random, defect?: Defect) {
    this.world = world;
    this.person = person;
    this.random = random;
    this.whims = random.fork();
    this.draw = new DrawnActions(random.fork());
    this.compacts = random.chance(0.4);
    this.hasApp = random.chance(0.6);
    const belongings = (sessionId: string) => {
      const urls = [random.pick(world.urls), ...world.urls];
      return { userId: person.id, sessionId, urls, witness: this.witness, random: random.fork() };
    };
    this.app = new Caller({ name: 'App', ...belongings(person.sessionIds.at(-1)!) });
    this.devices = person.sessionIds.slice(0, 2 + random.below(3)).map(
      (sessionId, i) =>
        new Device({
          name: 'ABCD'[i]!,
          ...belongings(sessionId),
          tabs: random.chance(chances.tabs) ? 2 : 1,
          tokenSeconds: random.chance(0.2) ? 3 : 600,
          defect: i === 0 ? defect : undefined,
        }),
    );
  }

  /** The beginning, in good weather: everybody has a few metrics. */
  async begin(): Promise<void> {
    for (const device of this.devices) await device.open();
    for (let i = 0; i < 2; i++) this.devices[0]!.act(this.draw.createMetric());
    await waitUntil(() => this.devices.every(({ tabs }) => tabs.every(({ client }) => client.seq === 3)), 10_000);
  }

  /** Everything that happens while the weather is bad. */
  async live(): Promise<void> {
    this.witness.onHeard = (seq) => this.react(seq);
    const steps = 10 + this.random.below(31);
    const leavesAt = this.compacts ? this.random.below(steps) : Infinity;
    const compactsAt = leavesAt + 1 + this.random.below(steps);
    for (let i = 0; i < steps; i++) {
      if (i === leavesAt) await this.leave(this.random.pick(this.devices));
      if (this.compacts && i === Math.min(compactsAt, steps - 1)) await this.compact();
      const device = this.random.pick(this.devices);
      await this.steps[pickWeighted<StepName>(this.random, weights)](device);
      if (!this.random.chance(chances.burst)) await sleep(this.random.below(pauseMax));
    }
  }

  /** Everybody comes online for good. */
  async becomeCalm(): Promise<void> {
    for (const device of this.devices) device.becomeCalm();
    this.app.isCalm = true;
    await Promise.all(this.reads);
  }

  close(): Promise<unknown> {
    return Promise.all(this.devices.map((device) => device.close()));
  }

  private readonly steps: Record<StepName, (device: Device) => Promise<void> | void> = {
    createEntry: (device) => device.act(this.draw.createEntry(device.view)),
    updateEntry: (device) => device.act(this.draw.updateEntry(device.view, false)),
    updateExpecting: (device) => device.act(this.draw.updateEntry(device.view, true)),
    deleteEntry: (device) => device.act(this.draw.deleteEntry(device.view)),
    createAgain: (device) => device.act(this.draw.createAgain(device.view)),
    createMetric: (device) => device.act(this.draw.createMetric()),
    updateMetric: (device) => device.act(this.draw.updateMetric(device.view)),
    deleteMetric: (device) => device.act(this.draw.deleteMetric(device.view)),
    updateProfile: (device) => device.act(this.draw.updateProfile()),
    callPlainly: (device) => {
      if (this.hasApp) this.app.call(this.drawCall(device.view));
      else device.act(this.draw.createEntry(device.view));
    },
    undo: (device) => {
      const caller = this.hasApp && this.random.chance(0.4) ? this.app : device.caller;
      if (caller === this.app || device.isOnline) caller.call({ undo: { seq: this.drawNumber(device) } });
    },
    toggleNetwork: (device) => {
      if (device === this.away) return;
      this.witness.tell(`${device.options.name} goes ${device.isOnline ? 'offline' : 'online'}`);
      if (device.isOnline) device.goOffline();
      else device.goOnline();
    },
    restart: async (device) => {
      this.witness.tell(`${device.options.name} is closed and opened`);
      await device.close();
      await device.open();
    },
    kill: async (device) => {
      this.witness.tell(`${device.options.name} is killed and opened`);
      await device.kill();
      await device.open();
    },
    turnClock: (device) => {
      device.clock.skew = (this.random.below(2000) - 1000) * hour;
      this.witness.tell(`${device.options.name}'s clock is turned by ${(device.clock.skew / hour).toFixed(0)} h`);
    },
  };

  /** To what has just been acknowledged. */
  private react(seq: number): void {
    const { whims } = this;
    if (whims.chance(chances.readOwnWrite)) this.reads.push(this.readOwnWrite(seq));
    if (!whims.chance(chances.regret)) return;
    const callers = this.callers.filter((caller) => caller !== this.app || this.hasApp);
    whims.pick(callers).call({ undo: { seq: Math.max(2, seq - whims.below(3)) } });
  }

  /** Of a line that the device has seen: mostly one of the last, sometimes any, seldom one to come. */
  private drawNumber({ view }: Device): number {
    const seq = view.seq ?? 1;
    if (this.random.chance(0.04)) return seq + 1 + this.random.below(3);
    return this.random.chance(0.25) ? 1 + this.random.below(seq) : Math.max(1, seq - this.random.below(4));
  }

  /** As the person does who looks at one of the devices, and has the other app at hand. */
  private drawCall(view: View): Call {
    const name = pickWeighted<keyof typeof callWeights>(this.random, callWeights);
    if (name === 'updateEntry') return this.draw.updateEntry(view, this.random.chance(0.4));
    return this.draw[name](view);
  }

  /** Somebody leaves a device at home, with everything sent. */
  private async leave(device: Device): Promise<void> {
    await waitUntil(async () => (await device.read()).queue.length === 0, 3000);
    this.witness.tell(`${device.options.name} is left at home, offline`);
    device.goOffline();
    this.away = device;
  }

  /** Forgets what is old, as the daily job does; old is what nobody can send again. */
  private async compact(): Promise<void> {
    await waitUntil(() => this.witness.quietSince() > trueTime() - 100, 6000);
    this.away = null;
    const before = new Date(this.witness.quietSince() - 5);
    this.witness.keep(await readLines(this.person.id));
    this.witness.compactedTo = await this.world.compact(this.person.id, before);
    this.witness.compactions += 1;
    this.witness.tell(`the log is compacted as of ${before.toISOString()}`);
  }

  /** What has been acknowledged is in the very next answer of every server that answers. */
  private async readOwnWrite(seq: number): Promise<void> {
    for (const client of this.clients()) {
      const answer = await client.raw<OwnWrite>(ownWrite, { after: seq - 1 }).catch(() => null);
      if (!answer?.data || answer.errors) continue;
      const { me, changes } = answer.data;
      this.witness.readsOfOwnWrites += 1;
      if (me.seq < seq || changes.changes[0]?.seq !== seq) {
        this.witness.complaints.push(`${client.url} did not know of ${seq} after it had been acknowledged`);
      }
    }
  }

  /** All that write without a queue. */
  get callers(): Caller[] {
    return [this.app, ...this.devices.map(({ caller }) => caller)];
  }

  /** At both servers, on good lines. */
  clients(): Client[] {
    return this.world.directUrls.map((url) => new Client(url, this.person.session));
  }
}

/** Waits until something is so; goes on without it when that takes too long. */
async function waitUntil(isSo: () => boolean | Promise<boolean>, milliseconds: number): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await isSo()) && performance.now() < deadline) await sleep(30);
}

type OwnWrite = { me: { seq: number }; changes: { changes: { seq: number }[] } };
const ownWrite = 'query ($after: Int!) { me { seq } changes(after: $after, first: 1) { changes { seq } } }';
