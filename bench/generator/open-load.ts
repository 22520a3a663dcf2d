import { setTimeout as sleep } from 'node:timers/promises';
import type { Side } from '../sides.ts';
import { toMessage, type Call } from './calls.ts';
import { HttpConnection, type Answer } from './http-connection.ts';

/** What became of a call; without an answer the connection broke, and nobody knows what the server did. */
export type Outcome = { sentAt: number; milliseconds: number; answer: Answer | null; failure: string | null };

/** Connections at most: what waits beyond that is the generator's, and is not sent. */
const connectionsMax = 6000;

/**
 * Sends so many calls a second whatever becomes of them, as the world does, each on a connection that is free.
 * @param calls are sent until the time is over
 * @returns the outcomes of all that were sent, in their order
 */
export async function sendAtRate(
  side: Side,
  calls: readonly Call[],
  { rate, seconds }: { rate: number; seconds: number },
): Promise<Outcome[]> {
  const messages = calls.map((call) => toMessage(side, call));
  const connections = new Connections(side.writer.url);
  const sent: Promise<Outcome>[] = [];
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    const due = Math.min(messages.length, Math.floor(((performance.now() - start) * rate) / 1000));
    while (sent.length < due && connections.hasRoom) sent.push(connections.send(messages[sent.length]!));
    await sleep(1);
  }
  const outcomes = await Promise.all(sent);
  connections.close();
  return outcomes;
}

/** Connections to one server, as many as are needed at a time. */
class Connections {
  private readonly url: string;
  private readonly free: HttpConnection[] = [];
  private open = 0;

  constructor(url: string) {
    this.url = url;
  }

  get hasRoom(): boolean {
    return this.free.length > 0 || this.open < connectionsMax;
  }

  async send(message: Buffer): Promise<Outcome> {
    const sentAt = performance.now();
    try {
      const connection = this.takeFree() ?? (await this.openOne());
      const answer = await connection.send(message);
      this.free.push(connection);
      return { sentAt, milliseconds: performance.now() - sentAt, answer, failure: null };
    } catch (error) {
      this.open -= 1;
      return { sentAt, milliseconds: performance.now() - sentAt, answer: null, failure: String(error) };
    }
  }

  close(): void {
    for (const connection of this.free) connection.close();
  }

  /** One that the server has not closed meanwhile. */
  private takeFree(): HttpConnection | null {
    for (let last = this.free.pop(); last; last = this.free.pop()) {
      if (last.isOpen) return last;
      this.open -= 1;
    }
    return null;
  }

  private openOne(): Promise<HttpConnection> {
    this.open += 1;
    return HttpConnection.open(this.url);
  }
}
