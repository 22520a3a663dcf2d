import { setTimeout as sleep } from 'node:timers/promises';
import { signToken } from '../../src/platform/secrets/signed-tokens.ts';
import type { Call } from './calls.ts';
import { documentOf } from './call-documents.ts';
import type { Random } from './seeded.ts';
import type { Said, Witness } from './witness.ts';

/** Chances of what befalls a request. */
const chances = { lost: 0.04, replyLost: 0.1, impatience: 0.15 } as const;

/** Milliseconds: of waiting for an answer, when there is no patience and when there is; between two attempts at most. */
const waits = { short: 40, long: 10_000, between: 300 } as const;

/** Failures of the moment, and what a token comes to that has ended: nothing was decided. */
const passing = new Set(['UNAVAILABLE', 'RATE_LIMITED', 'UNAUTHENTICATED']);

export type CallerOptions = {
  name: string;
  userId: string;
  sessionId: string;
  /** The address its requests go to comes first; sometimes it asks another one. */
  urls: readonly string[];
  witness: Witness;
  random: Random;
  fetch?: typeof fetch;
};

/**
 * An app that writes by plain mutations: it has no queue and no copy, and its requests have no ids. One request at a time; when
 * it hears nothing, it asks again: for a creation, as long as it takes, and for anything else a few times at most.
 */
export class Caller {
  /** Nothing befalls its requests any more. */
  isCalm = false;
  /** What has neither been answered nor given up. */
  pendingCount = 0;
  /** How a wrong server answers. */
  forge: (call: Call, ask: (call: Call) => Promise<Said | null>) => Promise<Said | null> = (call, ask) => ask(call);
  private readonly options: CallerOptions;
  private readonly token: string;
  private last: Promise<void> = Promise.resolve();

  constructor(options: CallerOptions) {
    this.options = options;
    this.token = signToken('access-token', { sub: options.userId, sid: options.sessionId }, 3600).token;
  }

  get name(): string {
    return this.options.name;
  }

  call(call: Call): void {
    this.pendingCount += 1;
    this.last = this.last.then(() => this.insist(call)).finally(() => (this.pendingCount -= 1));
  }

  /** Settles when everything has been answered or given up. */
  becomeIdle = (): Promise<void> => this.last;

  private async insist(call: Call): Promise<void> {
    const { random, witness, name } = this.options;
    witness.tell(`${name} calls ${JSON.stringify(call)}`);
    const isRepeatable = 'createEntry' in call || 'createEntries' in call || 'createMetric' in call;
    const attempts = isRepeatable ? Infinity : 1 + random.below(3);
    for (let i = 0; i < attempts; i++) {
      if (await this.attempt(call)) return;
      await sleep(random.below(waits.between));
    }
    witness.tell(`${name} gives up`);
  }

  /** @returns whether the app has heard an answer */
  private async attempt(call: Call): Promise<boolean> {
    const { witness, name, sessionId, random } = this.options;
    if (this.befalls(chances.lost)) return false;
    const isHeard = !this.befalls(chances.replyLost);
    const patience = this.befalls(chances.impatience) ? random.below(waits.short) : waits.long;
    const request = witness.calls(name, sessionId, call);
    const said = await this.forge(call, (each) => this.exchange(each, patience)).catch(() => null);
    witness.isAnswered(request, said, isHeard);
    return said !== null && isHeard;
  }

  /** @returns null when nothing was decided */
  private async exchange(call: Call, patience: number): Promise<Said | null> {
    const { fetch: ask = fetch, urls, random, witness, name } = this.options;
    const url = this.befalls(0.2) ? random.pick(urls) : urls[0]!;
    const response = await ask(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` },
      body: JSON.stringify(documentOf(call)),
      signal: AbortSignal.timeout(patience),
    });
    const { data, errors } = (await response.json()) as Answer;
    const code = errors?.[0]?.extensions.code;
    if (code === 'INTERNAL') witness.complaints.push(`${name} was told INTERNAL of ${JSON.stringify(call)}`);
    if (code && (passing.has(code) || code === 'INTERNAL')) return null;
    return code ? { code } : { data: Object.values(data!)[0] };
  }

  private befalls = (chance: number): boolean => !this.isCalm && this.options.random.chance(chance);
}

type Answer = { data?: Record<string, unknown> | null; errors?: { extensions: { code: string } }[] };
