import { FakeSocket } from './fake-socket.ts';

type Fields = Record<string, unknown>;
export type Line = { seq: number; at: string; entityType: string; entityId: string; entity: Fields | null };
type Refusal = { message: string; extensions: Fields };
type Reply = { data?: unknown; errors?: Refusal[] };

/** What can go wrong on the way. */
type Faults = {
  /** Nothing comes through. */
  isDown: boolean;
  /** No socket is let in, whatever its token. */
  refusesSockets: boolean;
  /** Changes are not delivered; everything else is. */
  isSilent: boolean;
  /** So many requests are done, and their answers lost. */
  lostReplies: number;
  /** So many requests are answered with this code. */
  refusals: { code: string; left: number };
};

/** The log and its rules, for one person, in memory: as docs/sync.md says, and nothing else. */
export class FakeServer {
  readonly url = 'http://fake.example';
  readonly userId: string;
  readonly faults: Faults = {
    isDown: false,
    refusesSockets: false,
    isSilent: false,
    lostReplies: 0,
    refusals: { code: '', left: 0 },
  };
  /** How often each document was asked for, by its name. */
  readonly asked: Record<string, number> = {};
  /** The numbers after which changes were asked for. */
  readonly followedAfter: number[] = [];
  /** What was said along with them of when that change happened. */
  readonly followedAfterAt: (string | null)[] = [];
  /** The ids of each batch that has arrived. */
  readonly batches: string[][] = [];
  /** Operations whose request is refused as a whole. */
  readonly unacceptable = new Set<string>();
  readonly sockets = new Set<FakeSocket>();
  log: Line[] = [];
  entities = new Map<string, Fields>();
  compactedTo = 0;
  pageSize = 2;
  token = 'token-1';
  refreshToken: string | null = 'refresh-1';
  private operations = new Map<string, number | null>();
  /** Lines ever written, also those that have never been: each has an instant of its own. */
  private written = 0;

  constructor(userId = 'person-1') {
    this.userId = userId;
    const user = {
      id: userId,
      email: 'me@example.org',
      timeZone: 'UTC',
      dayStartsAt: 4,
      preferences: {},
      createdAt: 'then',
    };
    this.write('User', userId, user);
  }

  get head(): number {
    return this.log.length;
  }

  /** What a client shows of a type once it is in step. */
  list(type: string): Fields[] {
    return [...this.entities]
      .filter(([key]) => key.startsWith(`${type}/`))
      .map(([, entity]) => entity)
      .sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
  }

  /** Writes a line, whoever caused it. */
  write(entityType: string, entityId: string, entity: Fields | null): number {
    if (entity) this.entities.set(`${entityType}/${entityId}`, entity);
    else this.entities.delete(`${entityType}/${entityId}`);
    const seq = this.head + 1;
    const at = new Date(Date.UTC(2026, 10, 21) + (this.written += 1)).toISOString();
    this.log.push({ seq, at, entityType, entityId, entity });
    this.deliver();
    return seq;
  }

  /** Sends what the sockets wait for. */
  deliver(): void {
    if (this.faults.isSilent) return;
    for (const socket of this.sockets) socket.follow();
  }

  /** An entry as another device would make it. */
  writeEntry(id: string, fields: Fields = {}): number {
    const known = this.entities.get(`Entry/${id}`);
    const version = ((known?.['version'] as number | undefined) ?? 0) + 1;
    return this.write('Entry', id, { ...(known ?? blankEntry(id)), ...fields, version });
  }

  /** What superseded lines stood for can only be had as a snapshot from here on. */
  compact(): void {
    this.compactedTo = this.head;
  }

  /** What was written after a number has never been. */
  restore(seq: number): void {
    this.log = this.log.slice(0, seq);
    this.entities.clear();
    this.operations.clear();
    for (const { entityType, entityId, entity } of this.log) {
      if (entity) this.entities.set(`${entityType}/${entityId}`, entity);
    }
  }

  /** Cuts every line. */
  cut(code = 1006): void {
    for (const socket of this.sockets) socket.drop(code);
  }

  /** The access token ends; the refresh token still does. */
  expireToken(): void {
    this.token = `${this.token}+`;
    this.cut(4401);
  }

  /** To be given to a client in place of fetch. */
  readonly fetch = (async (_url: string, { body, headers }: RequestInit) => {
    await Promise.resolve();
    if (this.faults.isDown) throw new TypeError('fetch failed');
    const token = (headers as Record<string, string>)['authorization']?.slice('Bearer '.length);
    const { query, variables } = JSON.parse(body as string) as { query: string; variables: Fields };
    const reply = this.answer(query, variables, token);
    if (this.faults.lostReplies > 0) {
      this.faults.lostReplies -= 1;
      throw new TypeError('fetch failed');
    }
    return Response.json(reply);
  }) as unknown as typeof fetch;

  /** To be given to a client in place of WebSocket. */
  get webSocket(): typeof WebSocket {
    const open = (): FakeSocket => new FakeSocket(this);
    return Object.assign(
      function () {
        return open();
      },
      { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 },
    ) as unknown as typeof WebSocket;
  }

  /** Whether changes can be followed after a number, whose change happened at that time as far as the device knows. */
  refusalOf(after: number, at?: string | null): Refusal | null {
    const isOther = after > this.head || (after > 0 && at != null && this.log[after - 1]!.at !== at);
    if (isOther) return refusal('INVALID_INPUT', { issues: [{ path: ['after'], message: '' }] });
    return after < this.compactedTo ? refusal('CONFLICT', { reason: 'LOG_COMPACTED' }) : null;
  }

  private answer(query: string, variables: Fields, token: string | undefined): Reply {
    const name = /^\w+ (\w+)/.exec(query)![1]!;
    this.asked[name] = (this.asked[name] ?? 0) + 1;
    if (name === 'Refresh') return this.refresh(variables['refreshToken'] as string);
    if (token !== this.token) return { errors: [refusal('UNAUTHENTICATED')] };
    if (this.faults.refusals.left > 0) {
      this.faults.refusals.left -= 1;
      return { errors: [refusal(this.faults.refusals.code)] };
    }
    if (name === 'Head') return { data: { me: { seq: this.head } } };
    if (name === 'Snapshot') return this.snapshot(variables as { asOf?: number; after?: string });
    return this.apply(variables['operations'] as Given[]);
  }

  private refresh(refreshToken: string): Reply {
    // Whoever has lost the answer gets it again.
    const isRetry = this.refreshToken === `${refreshToken}+`;
    if (!isRetry && refreshToken !== this.refreshToken) return { errors: [refusal('UNAUTHENTICATED')] };
    if (!isRetry) this.refreshToken = `${refreshToken}+`;
    const session = { accessToken: this.token, refreshToken: this.refreshToken, user: { id: this.userId } };
    return { data: { refreshSession: session } };
  }

  private snapshot({ asOf = this.head, after }: { asOf?: number; after?: string }): Reply {
    const newest = new Map<string, Line>();
    for (const line of this.log.slice(0, asOf)) newest.set(`${line.entityType}/${line.entityId}`, line);
    const lines = [...newest].filter(([key, { entity }]) => entity && key > (after ?? '')).sort();
    const page = lines.slice(0, this.pageSize);
    const changes = page.map(([, line]) => toWire(line));
    const hasMore = lines.length > page.length;
    const at = this.log[asOf - 1]?.at ?? null;
    return { data: { snapshot: { seq: asOf, at, changes, endCursor: page.at(-1)?.[0] ?? null, hasMore } } };
  }

  private apply(operations: readonly Given[]): Reply {
    this.batches.push(operations.map(({ id }) => id));
    if (operations.some(({ id }) => this.unacceptable.has(id))) return { errors: [refusal('INVALID_INPUT')] };
    return { data: { applyOperations: operations.map((operation) => this.applyOne(operation)) } };
  }

  private applyOne({ id, action }: Given): Fields {
    const blank = { operationId: id, status: 'APPLIED', isRepeat: false, seq: null, entity: null, differingFields: [] };
    if (this.operations.has(id)) return { ...blank, isRepeat: true, seq: this.operations.get(id) };
    const [name, input] = Object.entries(action)[0]! as [string, Fields];
    const outcome: Fields = { ...blank, ...this.run(name, input) };
    if (outcome['status'] === 'APPLIED') this.operations.set(id, outcome['seq'] as number | null);
    return { error: null, ...outcome };
  }

  private run(name: string, input: Fields): Fields {
    const [, verb, type] = /^(create|update|delete)(\w+)$/.exec(name)! as unknown as string[];
    const id = type === 'Profile' ? this.userId : (input['id'] as string);
    const current = this.entities.get(`${type === 'Profile' ? 'User' : type}/${id}`);
    if (type === 'Profile') return { seq: this.write('User', id, { ...current, ...input }) };
    if (verb === 'create') return this.create(type!, id, input, current);
    if (!current) return verb === 'delete' ? {} : conflict(null);
    if (input['expectedVersion'] != null && input['expectedVersion'] !== current['version']) {
      return conflict(toWire({ seq: 0, at: '', entityType: type!, entityId: id, entity: current }).entity);
    }
    return { seq: verb === 'update' ? this.update(type!, current, input['input'] as Fields) : this.remove(type!, id) };
  }

  private create(type: string, id: string, input: Fields, current: Fields | undefined): Fields {
    if (current) return {};
    if (type === 'Metric') return { seq: this.write(type, id, { ...blankMetric(id), ...input }) };
    if (!this.entities.has(`Metric/${String(input['metricId'])}`)) return refused();
    return { seq: this.write(type, id, { ...blankEntry(id), ...input, number: toNumber(input['value']) }) };
  }

  private update(type: string, current: Fields, input: Fields): number {
    const number = 'value' in input ? { number: toNumber(input['value']) } : {};
    const next = { ...current, ...input, ...number, version: (current['version'] as number) + 1, updatedAt: 'later' };
    return this.write(type, current['id'] as string, next);
  }

  private remove(type: string, id: string): number {
    const isOfMetric = (entry: Fields) => type === 'Metric' && entry['metricId'] === id;
    for (const entry of this.list('Entry').filter(isOfMetric)) this.write('Entry', entry['id'] as string, null);
    return this.write(type, id, null);
  }
}

type Given = { id: string; action: Fields };

const toNumber = (value: unknown) => (typeof value === 'string' ? null : Number(value));
const refusal = (code: string, more: Fields = {}): Refusal => ({ message: code, extensions: { code, ...more } });
const refused = () => ({ status: 'REFUSED', error: { code: 'NOT_FOUND', message: 'There is no such metric.' } });
const conflict = (entity: Fields | null) => ({
  status: 'CONFLICT',
  entity,
  differingFields: entity ? ['notes'] : [],
  error: { code: 'CONFLICT', message: 'It has moved on.' },
});

/** A line as the API words it. */
export function toWire({ entity, ...line }: Line): Line {
  if (!entity || line.entityType !== 'Metric') {
    return { ...line, entity: entity && { __typename: line.entityType, ...entity } };
  }
  const { type, ...rest } = entity;
  return { ...line, entity: { __typename: 'Metric', metricType: type, ...rest } };
}

const blankEntry = (id: string): Fields => ({
  id,
  metricId: 'metric-1',
  date: '2026-11-21',
  time: null,
  value: 1,
  number: 1,
  notes: null,
  tags: [],
  source: 'api',
  version: 1,
  createdAt: 'now',
  updatedAt: 'now',
});

const blankMetric = (id: string): Fields => ({
  id,
  name: 'Mood',
  type: 'NUMBER',
  category: 'general',
  unit: null,
  min: null,
  max: null,
  step: null,
  aggregation: 'SUM',
  desired: null,
  isActionable: true,
  sources: [],
  isActive: true,
  version: 1,
  createdAt: 'now',
  updatedAt: 'now',
});
