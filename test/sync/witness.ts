import { trueTime as now } from './clock.ts';
import type { Call } from './calls.ts';
import type { Action } from './model.ts';

/** As the server tells it. */
export type Outcome = {
  operationId: string;
  status: 'APPLIED' | 'CONFLICT' | 'REFUSED';
  isRepeat: boolean;
  seq: number | null;
  entity: { id: string; version?: number } | null;
  error: { code: string } | null;
};

/** One request with operations on its way, or over. Ticks order what happened: a smaller one was certainly earlier. */
export type Attempt = { device: string; tick: number; at: number; operationIds: string[]; overAt: number | null };

/** What the server said to one request about one operation. */
export type Answer = Outcome & { sentTick: number; tick: number; device: string; isHeard: boolean };

/** What the server said to a call: what the mutation gives, or why it was refused. */
export type Said = { data: unknown; code?: undefined } | { data?: undefined; code: string };

/** One request that is a plain mutation; `tick` (of the answer) and `said` are null when there was none. */
export type Request = {
  name: string;
  sessionId: string;
  call: Call;
  sentTick: number;
  tick: number | null;
  said: Said | null;
};

/** A line of the log, as the database has it. */
export type Line = {
  seq: number;
  /** Which transaction wrote it. */
  transaction: string;
  kind: 'CREATED' | 'UPDATED' | 'DELETED';
  entityType: string;
  entityId: string;
  snapshot: Record<string, unknown> | null;
  deviceId: string | null;
  at: string;
};

/** What one socket was asked for and gave. */
export type Stream = { device: string; after: number; numbers: number[] };

/** What a device's store was given: `isWhole` when it was a snapshot. */
export type Step = { device: string; from: number | null; to: number; isWhole: boolean };

/**
 * Milliseconds after which a request that failed on its way is not being worked at any more. On a busy machine one was after 2.6
 * seconds: what the log forgets in a history is seconds old, and not, as outside of tests, hundreds of days.
 */
const grace = 8000;

/** Everything that was seen of one person's history, by somebody who forgets nothing. */
export class Witness {
  readonly intents = new Map<string, { device: string; action: Action; isQueued: boolean }>();
  /** How operations went, as far as their devices have noted it for good. */
  readonly settled = new Map<string, Outcome['status']>();
  readonly attempts: Attempt[] = [];
  readonly answers: Answer[] = [];
  readonly requests: Request[] = [];
  readonly streams: Stream[] = [];
  readonly steps: Step[] = [];
  readonly lines = new Map<number, Line>();
  readonly story: string[] = [];
  /** What has been seen to be wrong already. */
  readonly complaints: string[] = [];
  /** Acknowledged writes that were looked for at once at the other server. */
  readsOfOwnWrites = 0;
  compactions = 0;
  /** The number up to which the log has been compacted. */
  compactedTo = 0;
  /** Told the newest number of each answer that a device hears. */
  onHeard: (seq: number) => void = () => {};
  private ticks = 0;
  private readonly begin = performance.now();

  tell(what: string): void {
    this.story.push(`${(performance.now() - this.begin).toFixed(0).padStart(6)} ms  ${what}`);
  }

  intends(device: string, operationId: string, action: Action): void {
    this.intents.set(operationId, { device, action, isQueued: false });
    this.tell(`${device} ${operationId.slice(-6)} ${JSON.stringify(action)}`);
  }

  sends(device: string, operationIds: string[]): Attempt {
    const attempt = { device, operationIds, tick: ++this.ticks, at: now(), overAt: null };
    this.attempts.push(attempt);
    return attempt;
  }

  /** @param isHeard whether the device gets to know */
  hears(attempt: Attempt, outcomes: readonly Outcome[], isHeard: boolean): void {
    attempt.overAt = 0;
    const tick = ++this.ticks;
    const { device, tick: sentTick } = attempt;
    for (const outcome of outcomes) this.answers.push({ ...outcome, device, sentTick, tick, isHeard });
    const says = outcomes.map(
      ({ operationId, status, seq, isRepeat }) =>
        `${operationId.slice(-6)} ${status} ${seq}${isRepeat ? ' again' : ''}`,
    );
    this.tell(`${device} ${isHeard ? 'hears' : 'does not hear'}: ${says.join(', ')}`);
    const seq = Math.max(0, ...outcomes.map((outcome) => outcome.seq ?? 0));
    if (isHeard && seq > 0) this.onHeard(seq);
  }

  settles(operationId: string, status: Outcome['status']): void {
    const known = this.settled.get(operationId);
    if (known && known !== status)
      this.complaints.push(`${operationId} was ${known} for its device, and then ${status}`);
    this.settled.set(operationId, status);
  }

  loses(attempt: Attempt): void {
    attempt.overAt = now();
    this.tell(
      `${attempt.device} hears nothing of ${attempt.operationIds.map((id) => id.slice(-6)).join(', ') || 'it'}`,
    );
  }

  calls(name: string, sessionId: string, call: Call): { request: Request; attempt: Attempt } {
    const attempt = this.sends(name, []);
    const request = { name, sessionId, call, sentTick: attempt.tick, tick: null, said: null };
    this.requests.push(request);
    return { request, attempt };
  }

  /** @param said null: nobody knows what became of it */
  isAnswered({ request, attempt }: ReturnType<Witness['calls']>, said: Said | null, isHeard: boolean): void {
    if (!said) return this.loses(attempt);
    attempt.overAt = 0;
    request.said = said;
    request.tick = ++this.ticks;
    const { seq } = (said.data ?? {}) as { seq?: number };
    if (isHeard && seq !== undefined) this.onHeard(seq);
    this.tell(`${request.name} ${isHeard ? 'is' : 'was to be'} told ${JSON.stringify(said)}`);
  }

  /**
   * The time before which nothing is on its way any more, or waits to be sent again: what is noted of operations from
   * before may be forgotten.
   */
  quietSince(): number {
    const isOpen = ({ overAt, operationIds }: Attempt) =>
      overAt === null || overAt > now() - grace || operationIds.some((id) => !this.settled.has(id));
    return Math.min(now(), ...this.attempts.filter(isOpen).map((attempt) => attempt.at));
  }

  /** Keeps lines of the log. What has been seen once must never be another. */
  keep(lines: readonly Line[]): void {
    for (const line of lines) {
      const known = this.lines.get(line.seq);
      if (known && JSON.stringify(known) !== JSON.stringify(line)) {
        this.complaints.push(`line ${line.seq} of the log was ${JSON.stringify(known)} and is ${JSON.stringify(line)}`);
      }
      this.lines.set(line.seq, line);
    }
  }
}
