import { setTimeout as sleep } from 'node:timers/promises';
import { toMessage, type Call } from './calls.ts';
import { HttpConnection, type Answer } from './http-connection.ts';
import type { Side } from '../sides.ts';

/** Connections that send at the same time, one request each. */
export const laneCount = 16;

/** Calls by connection. A person's calls are all in one lane, so their order is the same on all sides. */
export type Lanes = Call[][];

/** What a run took, and what it got. */
export type Run = {
  seconds: number;
  /** When each call was sent, by `performance.now()`, in lanes. */
  sentAt: number[][];
  answers: Answer[][];
};

export type LoadOptions = {
  /** Calls per second over all lanes; as fast as they are answered when nothing is said. */
  rate?: number;
};

/** Sends every lane's calls over a connection of its own, one after the other. @throws when a call fails */
export async function sendLanes(side: Side, lanes: Lanes, { rate }: LoadOptions = {}): Promise<Run> {
  const connections = await Promise.all(lanes.map(() => HttpConnection.open(side.writer.url)));
  const messages = lanes.map((calls) => calls.map((call) => toMessage(side, call)));
  const run: Run = { seconds: 0, sentAt: lanes.map(() => []), answers: lanes.map(() => []) };
  const start = performance.now();
  try {
    await Promise.all(
      connections.map(async (connection, lane) => {
        for (const [i, message] of messages[lane]!.entries()) {
          if (rate) await waitUntil(start + ((i * lanes.length + lane) * 1000) / rate);
          run.sentAt[lane]!.push(performance.now());
          run.answers[lane]!.push(checked(await connection.send(message), side));
        }
      }),
    );
    run.seconds = (performance.now() - start) / 1000;
    return run;
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function waitUntil(time: number): Promise<void> {
  const left = time - performance.now();
  if (left > 0) await sleep(left);
}

function checked(answer: Answer, side: Side): Answer {
  if (answer.status === 200 && answer.body.startsWith('{"data"')) return answer;
  throw new Error(`the ${side.name} refused a request: ${answer.status} ${answer.body.slice(0, 300)}`);
}

/** Spreads people over the lanes and makes each lane's calls, taking its people in turn. `turn` counts a person's calls. */
export function toLanes<Person>(
  people: readonly Person[],
  calls: number,
  make: (person: Person, turn: number) => Call,
): Lanes {
  return Array.from({ length: laneCount }, (_, lane) => {
    const own = people.filter((_person, i) => i % laneCount === lane);
    return Array.from({ length: Math.ceil(calls / laneCount) }, (_call, i) =>
      make(own[i % own.length]!, Math.floor(i / own.length)),
    );
  });
}
