import { setTimeout as sleep } from 'node:timers/promises';
import type { Side } from '../sides.ts';
import { toMessage, type Call } from './calls.ts';
import { HttpConnection, type Answer } from './http-connection.ts';

/** What became of a call; without an answer the connection broke, and nobody knows what the server did. */
export type Outcome = { sentAt: number; milliseconds: number; answer: Answer | null };

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
  const free: HttpConnection[] = [];
  const underWay: Promise<Outcome>[] = [];
  let open = 0;
  const takeOpen = () => {
    for (let last = free.pop(); last; last = free.pop()) {
      if (last.isOpen) return last;
      open -= 1;
    }
    return undefined;
  };
  const send = async (message: Buffer): Promise<Outcome> => {
    const sentAt = performance.now();
    const connection = takeOpen() ?? ((open += 1), await HttpConnection.open(side.writer.url).catch(() => null));
    const answer = (await connection?.send(message).catch(() => null)) ?? null;
    if (connection && answer) free.push(connection);
    else open -= 1;
    return { sentAt, milliseconds: performance.now() - sentAt, answer };
  };
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    const due = Math.min(messages.length, Math.floor(((performance.now() - start) * rate) / 1000));
    while (underWay.length < due && (free.length > 0 || open < connectionsMax))
      underWay.push(send(messages[underWay.length]!));
    await sleep(1);
  }
  const outcomes = await Promise.all(underWay);
  for (const connection of free) connection.close();
  return outcomes;
}
