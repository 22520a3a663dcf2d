import type { Replayed } from './replayed.ts';
import type { Witness } from './witness.ts';

/** The first and the last number after which the server may have come to an answer. */
export type Bounds = (sentTick: number, tick: number | null) => [low: number, high: number];

/** Something that stands in the log for certain: when it was asked for first, and when the server had said so. */
type Event = { asked: number; said: number; from: number; to: number };

/**
 * What was certainly over before something was asked for bounds it from below, what was certainly asked for after its answer
 * from above.
 */
export function findBounds(witness: Witness, { states, writes }: Replayed): Bounds {
  const events = [...findOperations(witness, writes), ...findRequests(writes)];
  return (sentTick, tick) => {
    const over = events.filter(({ said }) => said < sentTick).map(({ to }) => to);
    const later = events.filter(({ asked }) => tick !== null && asked > tick).map(({ from }) => from - 1);
    return [Math.max(1, ...over), Math.min(states.length - 1, ...later)];
  };
}

function findOperations({ attempts, answers }: Witness, writes: Replayed['writes']): Event[] {
  const asked = new Map<string, number>();
  for (const { operationIds, tick } of attempts) {
    for (const id of operationIds) if (!asked.has(id)) asked.set(id, tick);
  }
  const said = new Map<string, number>();
  for (const { operationId, seq, tick } of answers) {
    if (seq !== null && !said.has(operationId)) said.set(operationId, tick);
  }
  return writes.flatMap(({ operationId: id, from, to }) =>
    id === null ? [] : [{ from, to, asked: asked.get(id) ?? 0, said: said.get(id) ?? Infinity }],
  );
}

/** Those that only one request can be. Where there was no answer, nobody knows when it was over. */
function findRequests(writes: Replayed['writes']): Event[] {
  return writes.flatMap(({ requests: [request, ...others], from, to }) =>
    request && others.length === 0 ? [{ from, to, asked: request.sentTick, said: request.tick ?? Infinity }] : [],
  );
}
