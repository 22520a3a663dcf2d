import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './seeded.ts';
import type { Outcome, Witness } from './witness.ts';

/** Chances of what befalls a request with operations. */
const chances = { lost: 0.04, replyLost: 0.08, doubled: 0.06, doubledLate: 0.06 } as const;

/** Milliseconds by which a late copy is late, at most. */
const lateness = 1500;

type Operations = { id: string; action: object }[];

export type NetworkOptions = {
  /** Who it belongs to, for the witness. */
  device: string;
  witness: Witness;
  random: Random;
  /** Addresses; a copy of a request may reach the server by another one. */
  urls: readonly string[];
};

/** What one running app has of the network: `fetch` and `WebSocket`, both watched, and neither to be relied upon. */
export class Network {
  isOnline = true;
  /** From now on nothing more befalls requests. */
  isCalm = false;
  /** What a wrong device makes of the operations it sends again. */
  forge: (operations: Operations, isAgain: boolean) => Operations = (operations) => operations;
  readonly webSocket: typeof WebSocket;
  private readonly options: NetworkOptions;
  private readonly sockets = new Set<WebSocket>();
  private readonly sent = new Set<string>();
  private readonly underWay = new Set<AbortController>();

  constructor(options: NetworkOptions) {
    this.options = options;
    this.webSocket = this.defineSocket();
  }

  /** Cuts everything, and lets nothing through. */
  sever(): void {
    this.isOnline = false;
    for (const request of this.underWay) request.abort();
    for (const socket of this.sockets) socket.close();
  }

  fetch: typeof fetch = async (input, init = {}) => {
    if (!this.isOnline) throw new TypeError('no network');
    const abort = new AbortController();
    this.underWay.add(abort);
    const request = { ...init, signal: AbortSignal.any([abort.signal, ...(init.signal ? [init.signal] : [])]) };
    try {
      const operations = readOperations(init.body);
      return await (operations ? this.send(String(input), request, operations) : fetch(input, request));
    } finally {
      this.underWay.delete(abort);
    }
  };

  private async send(url: string, request: RequestInit, asked: Operations): Promise<Response> {
    const { random } = this.options;
    const operations = this.forge(asked, this.sent.has(asked[0]!.id));
    for (const { id } of asked) this.sent.add(id);
    const body = JSON.stringify({ ...(JSON.parse(request.body as string) as object), variables: { operations } });
    const { signal: _, ...copy } = { ...request, body };
    const befalls = (chance: number) => !this.isCalm && random.chance(chance);
    if (befalls(chances.lost)) throw new TypeError('the request was lost');
    if (befalls(chances.doubled)) void this.exchange(this.elsewhere(), copy, operations, false).catch(() => {});
    if (befalls(chances.doubledLate)) void this.sendLate(copy, operations).catch(() => {});
    const isHeard = !befalls(chances.replyLost);
    const response = await this.exchange(url, { ...request, body }, operations, isHeard);
    if (!isHeard) throw new TypeError('the reply was lost');
    return operations === asked ? response : this.unforge(response, operations, asked);
  }

  /** The answer under the ids that the device knows. */
  private async unforge(response: Response, forged: Operations, asked: Operations): Promise<Response> {
    const text = await response.text();
    const known = forged.reduce((all, { id }, i) => all.replaceAll(id, asked[i]!.id), text);
    return new Response(known, { status: response.status, headers: response.headers });
  }

  private async sendLate(request: RequestInit, operations: Operations): Promise<void> {
    // It is on its way from the beginning: whoever asks must know.
    const attempt = this.note(operations);
    await sleep(this.options.random.below(lateness));
    await this.exchange(this.elsewhere(), request, operations, false, attempt);
  }

  private async exchange(
    url: string,
    request: RequestInit,
    operations: Operations,
    isHeard: boolean,
    attempt = this.note(operations),
  ): Promise<Response> {
    const { witness } = this.options;
    try {
      const response = await fetch(url, request);
      const text = await response.text();
      const answer = JSON.parse(text) as { data?: { applyOperations: Outcome[] } | null };
      if (answer.data) witness.hears(attempt, answer.data.applyOperations, isHeard);
      else witness.loses(attempt);
      return new Response(text, { status: response.status, headers: response.headers });
    } catch (error) {
      witness.loses(attempt);
      throw error;
    }
  }

  private note(operations: Operations) {
    const ids = operations.map(({ id }) => id);
    return this.options.witness.sends(this.options.device, ids);
  }

  private elsewhere = () => `${this.options.random.pick(this.options.urls)}/graphql`;

  private defineSocket(): typeof WebSocket {
    const { sockets } = this;
    const isOnline = () => this.isOnline;
    const open = (after: number) => this.open(after);
    return class extends WebSocket {
      private stream: { device: string; after: number; numbers: number[] } | undefined;

      constructor(url: string | URL, protocols?: string | string[]) {
        // Nobody is at home there.
        super(isOnline() ? url : 'ws://127.0.0.1:9', protocols);
        sockets.add(this);
        this.addEventListener('close', () => sockets.delete(this));
        this.addEventListener('message', ({ data }) => this.listen(String(data)));
      }

      override send(data: string): void {
        const after = /"variables":\{"after":(\d+)\}/.exec(data)?.[1];
        if (after !== undefined) this.stream = open(Number(after));
        super.send(data);
      }

      private listen(text: string): void {
        const seq = /"changes":\{"seq":(\d+)/.exec(text)?.[1];
        if (seq !== undefined) this.stream?.numbers.push(Number(seq));
      }
    };
  }

  private open(after: number) {
    const stream = { device: this.options.device, after, numbers: [] };
    this.options.witness.streams.push(stream);
    return stream;
  }
}

/** The operations of a request's body; null when it has none. */
function readOperations(body: unknown): Operations | null {
  if (typeof body !== 'string' || !body.includes('applyOperations')) return null;
  return (JSON.parse(body) as { variables: { operations: Operations } }).variables.operations;
}
