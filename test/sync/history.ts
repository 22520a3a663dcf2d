import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '../setup/client.ts';
import { trueTime } from './clock.ts';
import { Device, type Defect } from './device.ts';
import type { Action, Entry, Metric } from './model.ts';
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
} as const;
type StepName = keyof typeof weights;

/** Milliseconds between two steps, at most; chances of one step. */
const pauseMax = 180;
const chances = {
  burst: 0.3,
  compaction: 0.06,
  badValue: 0.06,
  unknown: 0.06,
  readOwnWrite: 0.15,
  tabs: 0.25,
} as const;
const hour = 3_600_000;

/** One person's devices, living through what a seed says. */
export class History {
  readonly witness = new Witness();
  readonly devices: Device[];
  readonly person: Person;
  private readonly random: Random;
  private readonly world: World;
  /** Every entity there ever was. */
  private readonly ids = { entries: [] as string[], metrics: [] as string[] };
  private readonly compacts: boolean;
  /** Offline for long: until it is online again, the log is compacted. */
  private away: Device | null = null;
  private readonly reads: Promise<void>[] = [];

  constructor(world: World, person: Person, random: Random, defect?: Defect) {
    this.world = world;
    this.person = person;
    this.random = random;
    this.compacts = random.chance(0.4);
    this.devices = person.sessionIds.slice(0, 2 + random.below(3)).map((sessionId, i) => {
      const urls = [...world.urls];
      urls.unshift(random.pick(urls));
      return new Device({
        name: 'ABCD'[i]!,
        userId: person.id,
        sessionId,
        urls,
        witness: this.witness,
        random: random.fork(),
        tabs: random.chance(chances.tabs) ? 2 : 1,
        tokenSeconds: random.chance(0.2) ? 3 : 600,
        defect: i === 0 ? defect : undefined,
      });
    });
    this.witness.onHeard = (seq) => {
      if (random.chance(chances.readOwnWrite)) this.reads.push(this.readOwnWrite(seq));
    };
  }

  /** The beginning, in good weather: everybody has a few metrics. */
  async begin(): Promise<void> {
    for (const device of this.devices) await device.open();
    for (let i = 0; i < 2; i++) this.act(this.devices[0]!, this.createMetric());
    await waitUntil(() => this.devices.every(({ tabs }) => tabs.every(({ client }) => client.seq === 3)), 10_000);
  }

  /** Everything that happens while the weather is bad. */
  async live(): Promise<void> {
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
    await Promise.all(this.reads);
  }

  close(): Promise<unknown> {
    return Promise.all(this.devices.map((device) => device.close()));
  }

  private readonly steps: Record<StepName, (device: Device) => Promise<void> | void> = {
    createEntry: (device) => this.act(device, this.createEntry(device)),
    updateEntry: (device) => this.act(device, this.updateEntry(device, false)),
    updateExpecting: (device) => this.act(device, this.updateEntry(device, true)),
    deleteEntry: (device) => {
      const id = this.pickEntry(device);
      this.act(device, { deleteEntry: { id, ...this.expect(device, 'Entry', id, 0.3) } });
    },
    createAgain: (device) => this.act(device, this.createAgain(device)),
    createMetric: (device) => this.act(device, this.createMetric()),
    updateMetric: (device) => this.act(device, this.updateMetric(device)),
    deleteMetric: (device) => {
      const id = this.pickMetric(device);
      this.act(device, { deleteMetric: { id, ...this.expect(device, 'Metric', id, 0.3) } });
    },
    updateProfile: (device) => this.act(device, { updateProfile: this.drawProfile() }),
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

  private act(device: Device, action: Action): void {
    device.act(action);
  }

  private createMetric(): Action {
    const { random } = this;
    const id = this.newId(this.ids.metrics);
    const type = random.pick(['RATING', 'NUMBER', 'NUMBER', 'DURATION', 'BINARY', 'TEXT'] as const);
    const bounds = type === 'RATING' ? { min: 1, max: 5 } : {};
    return {
      createMetric: { id, name: `metric ${random.below(100)}`, type, unit: random.pick([null, 'km']), ...bounds },
    };
  }

  private updateMetric(device: Device): Action {
    const { random } = this;
    const id = this.pickMetric(device);
    const isNumber = ['RATING', 'NUMBER'].includes(this.view(device).get('Metric', id)?.type ?? '');
    const input = random.pick<Partial<Metric>>([
      { name: `renamed ${random.below(100)}` },
      { unit: random.pick([null, 'm', 'cups']) },
      { isActive: random.chance(0.5) },
      isNumber ? { max: random.pick([null, 3, 10]) } : { name: 'a name', unit: 's' },
    ]);
    return { updateMetric: { id, input, ...this.expect(device, 'Metric', id, 0.3) } };
  }

  private createEntry(device: Device): Action {
    const { random } = this;
    const metricId = this.pickMetric(device);
    return {
      createEntry: {
        id: this.newId(this.ids.entries),
        metricId,
        date: this.drawDate(),
        value: this.drawValue(device, metricId),
        ...(random.chance(0.3) && { time: random.pick(['07:30:00', '23:59:59']) }),
        ...(random.chance(0.3) && { notes: `note ${random.below(1000)}` }),
        ...(random.chance(0.3) && { tags: this.drawTags() }),
      },
    };
  }

  /** The same id once more: with the same content, or with another value. */
  private createAgain(device: Device): Action {
    const earlier = [...this.witness.intents.values()].flatMap(({ action }) =>
      'createEntry' in action ? [action.createEntry] : [],
    );
    if (earlier.length === 0) return this.createEntry(device);
    const entry = this.random.pick(earlier);
    const value = this.random.chance(0.5) ? entry.value : this.drawValue(device, entry.metricId);
    return { createEntry: { ...entry, value } };
  }

  private updateEntry(device: Device, expects: boolean): Action {
    const { random } = this;
    const id = this.pickEntry(device);
    const metricId = this.view(device).get('Entry', id)?.metricId ?? '';
    const input: Partial<Entry> = {
      ...(random.chance(0.5) && { value: this.drawValue(device, metricId) }),
      ...(random.chance(0.3) && { notes: random.pick([null, `note ${random.below(1000)}`]) }),
      ...(random.chance(0.3) && { tags: this.drawTags() }),
      ...(random.chance(0.2) && { date: this.drawDate() }),
      ...(random.chance(0.2) && { time: random.pick([null, '12:00:00']) }),
    };
    return { updateEntry: { id, input, ...this.expect(device, 'Entry', id, expects ? 1 : 0) } };
  }

  /** The version that the device sees, or sometimes the one before. */
  private expect(device: Device, type: 'Entry' | 'Metric', id: string, chance: number): { expectedVersion?: number } {
    const version = this.view(device).get(type, id)?.version;
    if (version === undefined || !this.random.chance(chance)) return {};
    return { expectedVersion: this.random.chance(0.8) ? version : Math.max(1, version - 1) };
  }

  private view = (device: Device) => device.tabs[0]!.client;

  /** One that the device shows; sometimes any that ever was, deleted ones among them, or none at all. */
  private pickEntry(device: Device): string {
    const shown = this.view(device).list('Entry');
    if (this.random.chance(chances.unknown)) return this.newId([]);
    if (shown.length === 0 || this.random.chance(0.06)) return this.random.pick(this.ids.entries) ?? this.newId([]);
    return this.random.pick(shown).id;
  }

  private pickMetric(device: Device): string {
    const shown = this.view(device).list('Metric');
    if (shown.length === 0 || this.random.chance(0.05)) return this.random.pick(this.ids.metrics);
    return this.random.pick(shown).id;
  }

  private drawValue(device: Device, metricId: string): Entry['value'] {
    const { random } = this;
    const type = this.view(device).get('Metric', metricId)?.type;
    if (random.chance(chances.badValue)) return random.pick<Entry['value']>([-1, 'nonsense', true, 1000]);
    if (type === 'BINARY') return random.chance(0.5);
    if (type === 'TEXT') return `text ${random.below(1000)}`;
    return type === 'RATING' ? 1 + random.below(5) : random.below(1000) / 4;
  }

  private drawProfile() {
    const { random } = this;
    if (random.chance(0.5)) return { dayStartsAt: random.below(24) };
    return { timeZone: random.pick(['Europe/Vienna', 'Asia/Tokyo', 'UTC']) };
  }

  private drawDate = () => `2026-${this.random.pick(['01', '06', '11'])}-${10 + this.random.below(19)}`;
  private drawTags = () => ['a', 'b', 'c'].filter(() => this.random.chance(0.5));

  private newId(among: string[]): string {
    const hex = (digits: number) => Array.from({ length: digits }, () => this.random.below(16).toString(16)).join('');
    const id = `0${hex(7)}-${hex(4)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
    among.push(id);
    return id;
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
    await waitUntil(() => this.witness.quietSince() > trueTime() - 100, 4000);
    this.away = null;
    const before = new Date(this.witness.quietSince() - 5);
    this.witness.keep(await readLines(this.person.id));
    await this.world.compact(this.person.id, before);
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
