import type { Bounds } from './bounds.ts';
import { applyCall } from './calls.ts';
import { findUnmatched } from './matching.ts';
import { isToldSo, type Replayed, type Write } from './replayed.ts';
import type { Request, Witness } from './witness.ts';

/**
 * Requests have no ids that the log would tell: what they wrote is found by what it says. Every write must be that of one
 * request, every request that was said to have written must have a write of its own, and every other answer must be
 * possible in at least one of the states that the log may have been in at that time.
 */
export function checkRequests(witness: Witness, replayed: Replayed, boundsOf: Bounds): string[] {
  const writes = replayed.writes.filter(({ operationId }) => operationId === null);
  const couldBe = (write: Write, request: Request): boolean => {
    const [low, high] = boundsOf(request.sentTick, request.tick);
    return write.requests.includes(request) && write.from > low && write.to <= high;
  };
  const needy = witness.requests.filter(
    (request) => request.said && !isForgotten(request, witness) && !isPossible(request, replayed, boundsOf),
  );
  const homeless = findUnmatched(writes, (write) => write.requests.filter((request) => couldBe(write, request)));
  const unwritten = findUnmatched(needy, (request) => writes.filter((write) => couldBe(write, request)));
  return [
    ...homeless.map(({ from, to }) => `nobody made the lines from ${from} to ${to} so often, or at that time`),
    ...unwritten.map((request) => describe(request, boundsOf)),
  ];
}

/** What was removed from the log cannot be undone any more; what stands next may have been part of it. */
const isForgotten = ({ call, said }: Request, { compactedTo }: Witness): boolean =>
  'undo' in call && call.undo.seq <= compactedTo + 1 && said?.code === 'NOT_FOUND';

/** Whether the server may have said this without writing anything. */
function isPossible(request: Request, replayed: Replayed, boundsOf: Bounds): boolean {
  const [low, high] = boundsOf(request.sentTick, request.tick);
  const moments = [1, ...replayed.writes.map(({ to }) => to)].filter((seq) => seq >= low && seq <= high);
  return moments.some((seq) => {
    const verdict = applyCall(replayed, seq, request.call);
    return isToldSo(request, verdict, []) && (verdict.status !== 'APPLIED' || verdict.lines === 0);
  });
}

function describe({ name, call, said, sentTick, tick }: Request, boundsOf: Bounds): string {
  const [low, high] = boundsOf(sentTick, tick);
  return `the log does not have what ${name} was told (between ${low} and ${high}): ${JSON.stringify(call)} ${JSON.stringify(said)}`;
}
