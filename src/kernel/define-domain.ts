import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Viewer } from './viewer.ts';

/** A background job. Handlers are idempotent: the queue may run one twice. */
export type JobDefinition<Data extends object = never> = {
  /** Imperative and namespaced: `insights.refresh`. */
  name: string;
  run: (data: Data, signal: AbortSignal) => Promise<void>;
  /** Called once the last try has failed. */
  onFailed?: (data: Data, error: unknown) => Promise<void>;
  /** Cron expression in UTC, for jobs that also run by the clock. */
  schedule?: string;
  retryLimit?: number;
  expireInSeconds?: number;
};

/** A plain HTTP endpoint under a path of its own, for what GraphQL cannot stream. */
export type Route = {
  method: 'GET' | 'PUT';
  /** The first segment of the path: `exports` serves /exports/... */
  segment: string;
  /** `address`: the network address of who asks. */
  handle: (request: IncomingMessage, response: ServerResponse, url: URL, address: string | null) => Promise<void>;
};

/** Changes of these entity types ask for this job, once per person and debounce. */
export type FollowUp = { entityTypes: readonly string[]; job: string };

/**
 * Brings entities of one type back to a state that the log has kept, as part of a write. `Tx` is the log's transaction,
 * which this floor does not know; states are snapshots.
 */
export type Restorer<Tx = never, State extends object = never> = {
  entityType: string;
  /** The fields that a person sets, and can have back, each with its name in the API. */
  fields: Readonly<Partial<Record<keyof State & string, string>>>;
  /** What it cannot be without, and where it says so: deleted together, they come back together. */
  owner?: { entityType: string; field: keyof State & string };
  /** Makes entities again, as they were. */
  create?: (tx: Tx, viewer: Viewer, states: readonly State[]) => Promise<void>;
  /** Sets fields of an entity that exists. */
  update: (tx: Tx, viewer: Viewer, current: State, fields: Partial<State>) => Promise<void>;
  /** Takes the entity away again. */
  remove?: (tx: Tx, viewer: Viewer, current: State) => Promise<void>;
};

/** How many rows there are, and from when the oldest is. */
export type Amount = { rows: number; oldest: Date | null };

/** How many days each kind of thing is kept; 0 is for ever. The settings say it. */
export type RetentionDays = Record<'sessions' | 'jobs' | 'operations' | 'imports' | 'changes' | 'audit', number>;

/** Something that is kept for a time. */
export type Retention = {
  /** In words: `ended sessions`. */
  name: string;
  /** For how long. */
  days: keyof RetentionDays;
  /** What would go. */
  count: (before: Date) => Promise<Amount>;
  /** Lets go of it, in small transactions; may be interrupted and run twice. @returns how many rows went */
  forget: (before: Date, signal?: AbortSignal) => Promise<number>;
};

/** A table with a column `user_id` whose rows stay when an account is erased. */
export type Outliving = {
  table: string;
  /** Why, and what is left of the person in them. */
  reason: string;
  days: keyof RetentionDays;
};

/** Something of persons that lies outside of the database, and goes with their account all the same. */
export type Belonging = {
  /** In words: `saved exports`. */
  kind: string;
  /** How much of it a person has. */
  count: (userId: string) => Promise<number>;
  /** Everybody who has some. */
  listOwners: () => Promise<string[]>;
  /** Takes all of a person's away. Harmless when there is none. */
  erase: (userId: string) => Promise<void>;
};

/** What one domain brings to the whole. */
export type Domain = {
  name: string;
  /** Imports the domain's GraphQL file, which registers its fields with the builder. */
  loadGraphql?: () => Promise<unknown>;
  jobs?: readonly JobDefinition[];
  routes?: readonly Route[];
  followUps?: readonly FollowUp[];
  /** For each entity type whose changes can be undone. */
  restorers?: readonly Restorer[];
  /** What the domain keeps for a time, and lets go of then. */
  retention?: readonly Retention[];
  /** Tables of the domain that an erased account leaves rows in. */
  outliving?: readonly Outliving[];
  /** Entity types that others still point at once they are deleted: the log keeps their last state. */
  lastingTypes?: readonly string[];
};

export const defineDomain = (domain: Domain): Domain => domain;

/** Erases what only the restorer itself knows, so that those of all domains fit one list. */
export const defineRestorer = <Tx, State extends object>(restorer: Restorer<Tx, State>): Restorer =>
  restorer as unknown as Restorer;

/** Erases the type of a job's data, so that jobs of all kinds fit one list. */
export const defineJob = <Data extends object>(job: JobDefinition<Data>): JobDefinition => job as JobDefinition<never>;
