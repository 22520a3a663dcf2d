import type { IncomingMessage, ServerResponse } from 'node:http';

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
  handle: (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;
};

/** Changes of these entity types ask for this job, once per person and debounce. */
export type FollowUp = { entityTypes: readonly string[]; job: string };

/** What one domain brings to the whole. */
export type Domain = {
  name: string;
  /** Imports the domain's GraphQL file, which registers its fields with the builder. */
  loadGraphql?: () => Promise<unknown>;
  jobs?: readonly JobDefinition[];
  routes?: readonly Route[];
  followUps?: readonly FollowUp[];
};

export const defineDomain = (domain: Domain): Domain => domain;

/** Erases the type of a job's data, so that jobs of all kinds fit one list. */
export const defineJob = <Data extends object>(job: JobDefinition<Data>): JobDefinition => job as JobDefinition<never>;
