import type { Commit } from './local-store.ts';
import type { Status } from './status.ts';

/** What tabs that share a store tell each other. A commit of null: too much to send, read it from the store. */
export type TabMessage =
  | { kind: 'commit'; revision: number; commit: Commit | null }
  | { kind: 'status'; status: Status }
  /** A tab is new, and asks for the leader's status. */
  | { kind: 'hello' }
  /** Somebody has signed in, or the network is back. */
  | { kind: 'wake' };

/** The part of BroadcastChannel that is needed. */
export type Broadcast = {
  postMessage: (message: TabMessage) => void;
  addEventListener: (type: 'message', listener: (event: { data: TabMessage }) => void) => void;
  close: () => void;
};
export type OpenBroadcast = (name: string) => Broadcast | null;

export const openBroadcast: OpenBroadcast = (name) =>
  typeof BroadcastChannel === 'undefined' ? null : (new BroadcastChannel(name) as unknown as Broadcast);

/** The other tabs on the same store; nobody, when a store cannot be shared. */
export class TabChannel {
  private readonly broadcast: Broadcast | null;

  constructor(storeName: string | null, open: OpenBroadcast, onMessage: (message: TabMessage) => void) {
    this.broadcast = storeName === null ? null : open(`lifegraph:${storeName}`);
    this.broadcast?.addEventListener('message', ({ data }) => onMessage(data));
  }

  post(message: TabMessage): void {
    this.broadcast?.postMessage(message);
  }

  close(): void {
    this.broadcast?.close();
  }
}
