import { refreshMutation } from './documents.ts';
import { ApiError, isPassing, SignedOutError } from './failures.ts';
import { postOperation, type Post } from './post.ts';

/** What `login`, `register` and `refreshSession` answer; more fields do no harm. */
export type Session = { accessToken: string; refreshToken: string; user: { id: string } };

/** Where the session of a device is kept: one place for all its tabs. */
export type SessionStorage = {
  read: () => Promise<Session | null> | Session | null;
  write: (session: Session | null) => Promise<void> | void;
};

/** Where the client has its access tokens from. */
export interface TokenSource {
  /** Whose tokens these are. */
  readonly userId: string;
  /** The newest known, perhaps dead. @throws SignedOutError */
  accessToken(): Promise<string>;
  /** A newer one than the one that was refused. @throws SignedOutError, UnreachableError */
  refresh(refused: string): Promise<string>;
}

export type SessionTokensOptions = {
  url: string;
  userId: string;
  storage: SessionStorage;
  fetch?: typeof fetch;
  locks?: LockManager | null;
};

/** Tokens by refreshSession: one refresh at a time, in all tabs together, because a spent refresh token ends the session. */
export class SessionTokens implements TokenSource {
  readonly userId: string;
  private readonly storage: SessionStorage;
  private readonly post: Post;
  private readonly locks: LockManager | null;
  private refreshing: Promise<string> | undefined;

  constructor({ url, userId, storage, fetch: fetchImplementation, locks }: SessionTokensOptions) {
    this.userId = userId;
    this.storage = storage;
    this.post = postOperation(url, fetchImplementation);
    this.locks = locks === undefined ? (globalThis.navigator?.locks ?? null) : locks;
  }

  async accessToken(): Promise<string> {
    return (await this.session()).accessToken;
  }

  refresh(refused: string): Promise<string> {
    this.refreshing ??= this.alone(() => this.exchange(refused)).finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  /** After the same person has signed in again. @throws Error when it is somebody else */
  async replace(session: Session): Promise<void> {
    if (session.user.id !== this.userId) throw new Error('Somebody else has signed in: open a client of their own.');
    await this.storage.write(session);
  }

  /** Never the token of somebody else who has signed in meanwhile: they would be sent this person's queue. */
  private async session(): Promise<Session> {
    const session = await this.storage.read();
    if (session?.user.id !== this.userId) throw new SignedOutError();
    return session;
  }

  private async exchange(refused: string): Promise<string> {
    const session = await this.session();
    // Another tab was quicker.
    if (session.accessToken !== refused) return session.accessToken;
    const next = await this.requestSession(session.refreshToken);
    await this.storage.write(next);
    return next.accessToken;
  }

  private async requestSession(refreshToken: string): Promise<Session> {
    try {
      return (await this.post<{ refreshSession: Session }>(refreshMutation, { refreshToken })).refreshSession;
    } catch (error) {
      const isRefused = error instanceof ApiError && (error.code === 'UNAUTHENTICATED' || !isPassing(error));
      if (!isRefused) throw error;
      await this.storage.write(null);
      throw new SignedOutError();
    }
  }

  private alone(work: () => Promise<string>): Promise<string> {
    return this.locks ? this.locks.request(`lifegraph-session:${this.userId}`, work) : work();
  }
}

/** A session that lasts as long as the process. */
export function keepInMemory(session: Session | null): SessionStorage {
  let kept = session;
  return { read: () => kept, write: (next) => void (kept = next) };
}

/** A session in localStorage, shared by all tabs of an origin. */
export const keepInWebStorage = (storage: Storage, name = 'lifegraph-session'): SessionStorage => ({
  read: () => JSON.parse(storage.getItem(name) ?? 'null') as Session | null,
  write: (session) => (session ? storage.setItem(name, JSON.stringify(session)) : storage.removeItem(name)),
});
