import { randomUUID } from 'node:crypto';
import { createClient, type FormattedExecutionResult } from 'graphql-ws';
import { WebSocket } from 'ws';

type Variables = Record<string, unknown>;
export type RawError = {
  message: string;
  path?: (string | number)[];
  extensions: Record<string, unknown> & { code: string };
};
export type RawAnswer<T = Record<string, unknown>> = {
  status: number;
  data: T | null | undefined;
  errors: RawError[] | undefined;
};

export type Session = {
  accessToken: string;
  refreshToken: string;
  expiresAt: string;
  user: { id: string; email: string };
  device: { id: string };
};
export type MetricInput = { name?: string; type?: string; [field: string]: unknown };
export type EntryInput = { metricId: string; date?: string; value?: unknown; [field: string]: unknown };
export type Entry = {
  id: string;
  date: string;
  time: string | null;
  value: unknown;
  number: number | null;
  notes: string | null;
  tags: string[];
  source: string;
  version: number;
  createdAt: string;
  updatedAt: string;
  metric: { id: string };
};
export type Metric = {
  id: string;
  name: string;
  type: string;
  category: string;
  unit: string | null;
  min: number | null;
  max: number | null;
  step: number | null;
  aggregation: string;
  isActive: boolean;
  version: number;
  createdAt: string;
  updatedAt: string;
};
export type Change = { seq: number; kind: string; entityType: string; entityId: string; deviceId: string | null };

/** The API's own refusal of an operation. */
export class ApiError extends Error {
  readonly code: string;
  readonly extensions: Record<string, unknown>;
  readonly status: number;

  constructor(error: RawError, status: number) {
    super(`${error.extensions?.code}: ${error.message} ${JSON.stringify(error.extensions?.['issues'] ?? '')}`);
    this.code = error.extensions?.code;
    this.extensions = error.extensions;
    this.status = status;
  }
}

/** An open subscription, on a socket of its own. */
export type Subscription<T> = AsyncIterableIterator<T> & {
  /** The next so many results. @throws when they do not come in time */
  take: (count: number, milliseconds?: number) => Promise<T[]>;
  /** Settles when the server has acknowledged the socket. */
  connected: Promise<void>;
  /** Settles when the socket has closed. */
  closed: Promise<{ code: number; reason: string }>;
  close: () => Promise<void>;
};

export const goodPassword = 'correct horse battery staple';
export const newEmail = (): string => `${randomUUID()}@example.org`;

const sessionFields = 'accessToken refreshToken expiresAt user { id email } device { id }';
export const metricFields = 'id name type category unit min max step aggregation isActive version createdAt updatedAt';
export const entryFields = 'id metric { id } date time value number notes tags source version createdAt updatedAt';
export const changesSubscription =
  'subscription ($after: Int) { changes(after: $after) { seq kind entityType entityId deviceId } }';

/** One device of one person, as an app would speak to the API. Without a session: somebody who has not signed in. */
export class Client {
  readonly url: string;
  session: Session | null;

  constructor(url: string, session: Session | null = null) {
    this.url = url;
    this.session = session;
  }

  static async register(url: string, overrides: Variables = {}): Promise<Client> {
    const input = { email: newEmail(), password: goodPassword, ...overrides };
    return new Client(url, await new Client(url).openSession('register', input));
  }

  static async login(url: string, email: string, password = goodPassword): Promise<Client> {
    return new Client(url, await new Client(url).openSession('login', { email, password }));
  }

  /** The same device at another server. */
  at(url: string): Client {
    return new Client(url, this.session);
  }

  get userId(): string {
    return this.session!.user.id;
  }

  get headers(): Record<string, string> {
    return this.session ? { authorization: `Bearer ${this.session.accessToken}` } : {};
  }

  /** Spends the refresh token. @returns the new session, which is not yet this client's */
  async refresh(refreshToken = this.session!.refreshToken): Promise<Session> {
    const query = `mutation ($token: String!) { refreshSession(refreshToken: $token) { ${sessionFields} } }`;
    return (await new Client(this.url).graphql<{ refreshSession: Session }>(query, { token: refreshToken }))
      .refreshSession;
  }

  /** The data of an operation. @throws ApiError for the first error */
  async graphql<T = Record<string, never>>(query: string, variables?: Variables): Promise<T> {
    const { data, errors, status } = await this.raw<T>(query, variables);
    if (errors?.[0]) throw new ApiError(errors[0], status);
    return data as T;
  }

  /** The whole answer, errors and all. */
  async raw<T = Record<string, unknown>>(query: string, variables?: Variables): Promise<RawAnswer<T>> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...this.headers },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as Omit<RawAnswer<T>, 'status'>;
    return { status: response.status, data: body.data, errors: body.errors };
  }

  /** Subscribes (or runs any operation) on a socket of its own. */
  subscribe<T = Record<string, never>>(query: string, variables?: Variables): Subscription<T> {
    const closed = Promise.withResolvers<{ code: number; reason: string }>();
    const connected = Promise.withResolvers<void>();
    const socket = createClient({
      url: `${this.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: this.headers['authorization'] },
      retryAttempts: 0,
      lazyCloseTimeout: 0,
      on: {
        connected: () => connected.resolve(),
        closed: (event) => closed.resolve(event as { code: number; reason: string }),
      },
    });
    const results = socket.iterate<T>({ query, variables });
    return toSubscription(results, connected.promise, closed.promise, async () => void (await socket.dispose()));
  }

  /** Subscribes to the change log. */
  follow(after: number | null = null): Subscription<{ changes: Change }> {
    return this.subscribe(changesSubscription, { after });
  }

  async createMetric(input: MetricInput = {}): Promise<Metric> {
    const query = `mutation ($input: CreateMetricInput!) { createMetric(input: $input) { ${metricFields} } }`;
    const variables = { input: { name: 'Mood', type: 'NUMBER', ...input } };
    return (await this.graphql<{ createMetric: Metric }>(query, variables)).createMetric;
  }

  async createEntry(input: EntryInput): Promise<Entry> {
    const query = `mutation ($input: CreateEntryInput!) { createEntry(input: $input) { ${entryFields} } }`;
    const variables = { input: { date: '2026-11-21', value: 1, ...input } };
    return (await this.graphql<{ createEntry: Entry }>(query, variables)).createEntry;
  }

  async createEntries(inputs: EntryInput[]): Promise<Entry[]> {
    const query = `mutation ($input: [CreateEntryInput!]!) { createEntries(input: $input) { ${entryFields} } }`;
    const variables = { input: inputs.map((input) => ({ date: '2026-11-21', value: 1, ...input })) };
    return (await this.graphql<{ createEntries: Entry[] }>(query, variables)).createEntries;
  }

  async updateEntry(id: string, input: Variables, expectedVersion?: number): Promise<Entry> {
    const query = `mutation ($id: ID!, $input: UpdateEntryInput!, $expectedVersion: Int) {
      updateEntry(id: $id, input: $input, expectedVersion: $expectedVersion) { ${entryFields} } }`;
    return (await this.graphql<{ updateEntry: Entry }>(query, { id, input, expectedVersion })).updateEntry;
  }

  async updateMetric(id: string, input: Variables, expectedVersion?: number): Promise<Metric> {
    const query = `mutation ($id: ID!, $input: UpdateMetricInput!, $expectedVersion: Int) {
      updateMetric(id: $id, input: $input, expectedVersion: $expectedVersion) { ${metricFields} } }`;
    return (await this.graphql<{ updateMetric: Metric }>(query, { id, input, expectedVersion })).updateMetric;
  }

  async deleteEntry(id: string): Promise<string> {
    return (await this.graphql<{ deleteEntry: string }>('mutation ($id: ID!) { deleteEntry(id: $id) }', { id }))
      .deleteEntry;
  }

  async deleteMetric(id: string): Promise<string> {
    return (await this.graphql<{ deleteMetric: string }>('mutation ($id: ID!) { deleteMetric(id: $id) }', { id }))
      .deleteMetric;
  }

  /** How many entries there are, on a first page. */
  async countEntries(): Promise<number> {
    const query = '{ entries { edges { cursor } } }';
    return (await this.graphql<{ entries: { edges: object[] } }>(query)).entries.edges.length;
  }

  /** The number of this person's newest change. */
  async seq(): Promise<number> {
    return (await this.graphql<{ me: { seq: number } }>('{ me { seq } }')).me.seq;
  }

  /** The whole change log after a number, page by page. */
  async replay<T extends { seq: number } = Change>(
    after = 0,
    fields = 'seq kind entityType entityId deviceId',
    first = 500,
  ): Promise<T[]> {
    const query = `query ($after: Int!, $first: Int) { changes(after: $after, first: $first) { changes { ${fields} } lastSeq hasMore } }`;
    type Page = { changes: { changes: T[]; lastSeq: number; hasMore: boolean } };
    const all: T[] = [];
    for (let from = after; ;) {
      const { changes: page } = await this.graphql<Page>(query, { after: from, first });
      all.push(...page.changes);
      if (!page.hasMore) return all;
      from = page.lastSeq;
    }
  }

  private async openSession(how: 'register' | 'login', input: Variables): Promise<Session> {
    const type = how === 'register' ? 'RegisterInput' : 'LoginInput';
    const query = `mutation ($input: ${type}!) { ${how}(input: $input) { ${sessionFields} } }`;
    return (await this.graphql<Record<string, Session>>(query, { input }))[how]!;
  }
}

/** What ends a subscription comes as a list of errors, or as the closing of its socket. */
function toApiError(reason: unknown): never {
  throw Array.isArray(reason) ? new ApiError(reason[0] as RawError, 0) : reason;
}

function toSubscription<T>(
  results: AsyncIterableIterator<FormattedExecutionResult<T, unknown>>,
  connected: Promise<void>,
  closed: Subscription<T>['closed'],
  dispose: () => Promise<void>,
): Subscription<T> {
  const next = async (): Promise<IteratorResult<T>> => {
    const result = await results.next().catch(toApiError);
    if (result.done) return { done: true, value: undefined };
    const [error] = result.value.errors ?? [];
    if (error) throw new ApiError(error as unknown as RawError, 0);
    return { done: false, value: result.value.data as T };
  };
  const takeAll = async (count: number, taken: T[]) => {
    while (taken.length < count) {
      const result = await next();
      if (result.done) throw new Error(`the subscription ended after ${taken.length} of ${count} results`);
      taken.push(result.value);
    }
    return taken;
  };
  return {
    next,
    take: (count, milliseconds = 10_000) => {
      const taken: T[] = [];
      return within(
        milliseconds,
        takeAll(count, taken),
        () => `only ${taken.length} of ${count} results came within ${milliseconds} ms`,
      );
    },
    connected,
    closed,
    close: dispose,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** What the promise gives, unless it takes too long. */
export async function within<T>(milliseconds: number, promise: Promise<T>, describe: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(describe())), milliseconds);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}
