import { keepInMemory, MemoryStore, SessionTokens, SyncClient } from '../../../clients/typescript/src/index.ts';
import type { Conflict, EntityChange, SyncClientOptions } from '../../../clients/typescript/src/index.ts';
import type { FakeServer } from './fake-server.ts';

/** A device of the fake server's person that notes what it hears. */
export class Device {
  readonly client: SyncClient;
  readonly tokens: SessionTokens;
  readonly conflicts: Conflict[] = [];
  readonly changes: EntityChange[] = [];
  readonly statuses: string[] = [];

  constructor(server: FakeServer, options: Partial<SyncClientOptions> = {}) {
    const { url, userId, fetch, webSocket, token } = server;
    const session = { accessToken: token, refreshToken: server.refreshToken!, user: { id: userId } };
    this.tokens = new SessionTokens({ url, userId, fetch, storage: keepInMemory(session), locks: null });
    const store = new MemoryStore();
    this.client = new SyncClient({ url, fetch, webSocket, tokens: this.tokens, store, sleep: shortSleep, ...options });
    this.client.onConflict((conflict) => this.conflicts.push(conflict));
    this.client.onChange((changes) => this.changes.push(...changes));
    this.client.onStatus((status) => this.statuses.push(status));
  }

  static async open(server: FakeServer, options: Partial<SyncClientOptions> = {}): Promise<Device> {
    const device = new Device(server, options);
    await device.client.open();
    return device;
  }

  /** Until it has all that the server has, and the server all that is here. */
  async inStep(server: FakeServer): Promise<void> {
    await until(() => this.client.seq === server.head && this.client.pendingCount === 0, 'the device is in step');
  }
}

/** As a sleep, but a hundred times shorter. */
export const shortSleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds / 100);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** Waits until something holds. @throws when it does not come to be within fifteen seconds */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (const started = performance.now(); !condition();) {
    if (performance.now() - started > 15_000) throw new Error(`in vain waited until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
