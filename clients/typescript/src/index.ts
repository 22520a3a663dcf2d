/** The public face of the package. */
export * from './entities.ts';
export { ApiError, ClosedError, OutcomeMissedError, SignedOutError, UnreachableError } from './failures.ts';
export { IndexedDbStore } from './indexed-db-store.ts';
export {
  ForeignStoreError,
  type Commit,
  type LocalStore,
  type StoredState,
  type StoreIdentity,
} from './local-store.ts';
export { MemoryStore } from './memory-store.ts';
export type * from './operations.ts';
export type { Write } from './outbox.ts';
export { postOperation } from './post.ts';
export type { Status } from './status.ts';
export { SyncClient, type SyncClientOptions } from './sync-client.ts';
export {
  keepInMemory,
  keepInWebStorage,
  SessionTokens,
  type Session,
  type SessionStorage,
  type SessionTokensOptions,
  type TokenSource,
} from './tokens.ts';
