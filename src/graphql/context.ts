import DataLoader from 'dataloader';
import { UnauthenticatedError } from '../kernel/errors.ts';
import type { Caller, Viewer } from '../kernel/viewer.ts';

/** What a resolver gets. Plain data: Yoga copies it, so nothing in it may throw when read. */
export type Context = Caller & {
  /** Who is signed in, or null. */
  visitor: Viewer | null;
  /** Whether a token came along that is not, or no longer, good for anything. */
  isTokenRefused: boolean;
  /** Batches of this one operation: look-ups of one kind by id become one query. */
  loaders: Map<string, DataLoader<string, unknown>>;
  /** What need not be looked up. */
  atHand: AtHand;
};

/** Entities by type and id. */
export type AtHand = ReadonlyMap<string, ReadonlyMap<string, object>>;

const nothing: AtHand = new Map();

/** Loads many at once; ids without a value are missing from the answer. */
export type BatchLoad<Value> = (viewer: Viewer, ids: readonly string[]) => Promise<Map<string, Value>>;

const nowhere: Caller = { address: null, accessToken: null };

/** The context of one operation. */
export const createContext = (
  visitor: Viewer | null,
  isTokenRefused = false,
  { address, accessToken } = nowhere,
): Context => ({
  visitor,
  address,
  accessToken,
  isTokenRefused,
  loaders: new Map(),
  atHand: nothing,
});

/** Who is signed in, or null when no token came along. @throws UnauthenticatedError when a dead one did */
export function visitorOf({ visitor, isTokenRefused }: Context): Viewer | null {
  if (isTokenRefused) throw new UnauthenticatedError();
  return visitor;
}

/** Who is signed in. @throws UnauthenticatedError when nobody is */
export function viewerOf({ visitor }: Context): Viewer {
  if (!visitor) throw new UnauthenticatedError();
  return visitor;
}

/** Who is signed in, and from where they ask. For what is recorded. @throws UnauthenticatedError when nobody is */
export const actorOf = (context: Context): Viewer => ({ ...viewerOf(context), address: context.address });

/** An entity that need not be looked up; undefined for all others. */
export const atHand = <Entity extends object>(context: Context, type: string, id: string): Entity | undefined =>
  context.atHand.get(type)?.get(id) as Entity | undefined;

/** Looks one thing up by id, together with all look-ups of the same name in this operation. */
export async function loadOne<Value>(
  context: Context,
  name: string,
  load: BatchLoad<Value>,
  id: string,
): Promise<Value | null> {
  const viewer = viewerOf(context);
  let loader = context.loaders.get(name);
  if (!loader) {
    const loadAll = async (ids: readonly string[]) => {
      const found = await load(viewer, [...new Set(ids)]);
      return ids.map((each) => found.get(each) ?? null);
    };
    // Nothing is remembered: the context of a subscription lives for hours, and what it shows must be as it is now.
    loader = new DataLoader(loadAll, { cache: false });
    context.loaders.set(name, loader);
  }
  return (await loader.load(id)) as Value | null;
}
