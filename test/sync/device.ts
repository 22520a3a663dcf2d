import {
  MemoryStore,
  SyncClient,
  type Commit,
  type LocalStore,
  type StoredState,
  type StoreIdentity,
  type TokenSource,
  type Write,
} from '../../clients/typescript/src/index.ts';
import { sleepByTimer } from '../../clients/typescript/src/pause.ts';
import { signToken } from '../../src/platform/secrets/signed-tokens.ts';
import { Caller } from './caller.ts';
import { runWithClock, type Clock } from './clock.ts';
import type { Action } from './model.ts';
import { Network } from './network.ts';
import type { Random } from './seeded.ts';
import type { Witness } from './witness.ts';

/** Waits of the client are this much shorter than in life, or a history would take minutes. */
const haste = 10;

/** How a device that is not to be trusted goes wrong. */
export type Defect = {
  distort?: (commit: Commit) => Commit;
  forge?: Network['forge'];
};

export type DeviceOptions = {
  name: string;
  userId: string;
  sessionId: string;
  /** The address its requests go to comes first. */
  urls: readonly string[];
  witness: Witness;
  random: Random;
  /** How many tabs of a browser share its store; one for an app. */
  tabs: number;
  /** Seconds an access token lives. */
  tokenSeconds: number;
  defect?: Defect;
};

type Tab = { client: SyncClient; network: Network; store: WatchedStore };

/** A device of one person: the real client, on a store that outlives it, and with a clock of its own. */
export class Device {
  readonly clock: Clock = { skew: 0 };
  readonly options: DeviceOptions;
  /** For what it does online alone. */
  readonly caller: Caller;
  tabs: Tab[] = [];
  private readonly disk: MemoryStore;

  constructor(options: DeviceOptions) {
    this.options = options;
    const fetchHere: typeof fetch = (...asked) => this.tabs[0]!.network.fetch(...asked);
    this.caller = new Caller({ ...options, random: options.random.fork(), fetch: fetchHere });
    this.disk = new MemoryStore(options.tabs > 1 ? `${options.userId}-${options.name}` : null);
  }

  async open(): Promise<void> {
    this.tabs = Array.from({ length: this.options.tabs }, () => this.createTab());
    await runWithClock(this.clock, () => Promise.all(this.tabs.map(({ client }) => client.open())));
  }

  /** As a person closes an app. */
  async close(): Promise<void> {
    await Promise.all(this.tabs.map(({ client }) => client.close()));
  }

  /** As a system ends an app: in the middle of whatever it does. What is on the disk stays. */
  async kill(): Promise<void> {
    for (const { network, store } of this.tabs) {
      store.isDead = true;
      network.sever();
    }
    await this.close();
  }

  /** What the person sees. */
  get view(): SyncClient {
    return this.tabs[0]!.client;
  }

  get isOnline(): boolean {
    return this.tabs[0]!.network.isOnline;
  }

  goOffline(): void {
    for (const { network } of this.tabs) network.sever();
  }

  goOnline(): void {
    for (const { network, client } of this.tabs) {
      network.isOnline = true;
      client.wake();
    }
  }

  /** The network is good from now on. */
  becomeCalm(): void {
    this.caller.isCalm = true;
    for (const { network } of this.tabs) network.isCalm = true;
    this.goOnline();
  }

  /** Does something as the person would, in one of the tabs. */
  act(action: Action): void {
    const { witness, name, random } = this.options;
    const { client } = random.pick(this.tabs);
    const write = runWithClock(this.clock, () => toWrite(client, action));
    witness.intends(name, write.operationId, action);
    const intent = witness.intents.get(write.operationId)!;
    write.queued.then(
      () => (intent.isQueued = true),
      () => witness.tell(`${name} ${write.operationId.slice(-6)} was never queued`),
    );
  }

  /** What is on the disk. */
  read = (): Promise<StoredState> => this.tabs[0]!.store.read();

  private createTab(): Tab {
    const { name, urls, witness, random, defect } = this.options;
    const network = new Network({ device: name, urls, witness, random: random.fork() });
    if (defect?.forge) network.forge = defect.forge;
    const store = new WatchedStore(this.disk, name, witness, defect?.distort);
    const client = new SyncClient({
      url: urls[0]!,
      tokens: this.createTokens(),
      store,
      fetch: network.fetch,
      webSocket: network.webSocket,
      random: random.fork().next,
      sleep: (milliseconds, signal) => sleepByTimer(milliseconds / haste, signal),
    });
    return { client, network, store };
  }

  /** A fresh token for the asking, as refreshSession gives it; some of them do not live long. */
  private createTokens(): TokenSource {
    const { userId, sessionId, tokenSeconds } = this.options;
    const sign = () =>
      runWithClock({ skew: 0 }, () => signToken('access-token', { sub: userId, sid: sessionId }, tokenSeconds).token);
    let token = sign();
    return { userId, accessToken: async () => token, refresh: async () => (token = sign()) };
  }
}

function toWrite(client: SyncClient, action: Action): Write {
  if ('createMetric' in action) return client.createMetric(action.createMetric);
  if ('createEntry' in action) return client.createEntry(action.createEntry as never);
  if ('updateProfile' in action) return client.updateProfile(action.updateProfile);
  if ('updateMetric' in action) {
    const { id, input, ...check } = action.updateMetric;
    return client.updateMetric(id, input, check);
  }
  if ('updateEntry' in action) {
    const { id, input, ...check } = action.updateEntry;
    return client.updateEntry(id, input as never, check);
  }
  const [name, { id, ...check }] = Object.entries(action)[0] as ['deleteEntry' | 'deleteMetric', { id: string }];
  return client[name](id, check);
}

/** One app's hold of the device's store; the witness sees what is received. */
class WatchedStore implements LocalStore {
  isDead = false;
  private readonly disk: MemoryStore;
  private readonly device: string;
  private readonly witness: Witness;
  private readonly distort: (commit: Commit) => Commit;
  private identity: StoreIdentity | undefined;

  constructor(disk: MemoryStore, device: string, witness: Witness, distort = (commit: Commit) => commit) {
    this.disk = disk;
    this.device = device;
    this.witness = witness;
    this.distort = distort;
  }

  get name(): string | null {
    return this.disk.name;
  }

  async open(identity: StoreIdentity): Promise<StoredState> {
    this.identity = identity;
    return this.disk.open(identity);
  }

  read = (): Promise<StoredState> => this.disk.open(this.identity!);

  async commit(commit: Commit): Promise<number> {
    if (this.isDead) throw new Error('the app was killed');
    const revision = await this.disk.commit(this.distort(commit));
    const { received, outcomes = [] } = commit;
    for (const { operation, outcome } of outcomes) this.witness.settles(operation.id, outcome.status);
    if (received) {
      const { after: from, seq: to, isWhole } = received;
      this.witness.steps.push({ device: this.device, from, to, isWhole });
    }
    return revision;
  }

  close(): void {}
}
