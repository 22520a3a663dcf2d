import type { Bounds } from './bounds.ts';
import { apply, type Action, type State, type Verdict } from './model.ts';
import type { Replayed } from './replayed.ts';
import type { Answer, Witness } from './witness.ts';

/**
 * Whether every answer is one that the server could give at that time: in at least one of the states that the log may have
 * been in between the request and the answer.
 */
export function checkAnswers(witness: Witness, { states, writes }: Replayed, boundsOf: Bounds): string[] {
  const written = new Set(writes.map(({ operationId }) => operationId));
  const complaints = witness.answers.flatMap((answer) => {
    const intent = witness.intents.get(answer.operationId);
    if (!intent) return [`${answer.operationId} was answered and never made`];
    const [low, high] = boundsOf(answer.sentTick, answer.tick);
    const fault = findFault(answer, intent.action, states, low, high, witness.compactions > 0);
    return fault ? [`${fault} (${answer.operationId}, between ${low} and ${high}): ${JSON.stringify(answer)}`] : [];
  });
  return [...complaints, ...checkLastWords(witness, written), ...checkAllAnswered(witness)];
}

/** Null: there is nothing wrong. */
function findFault(
  answer: Answer,
  action: Action,
  states: readonly State[],
  low: number,
  high: number,
  isCompacted: boolean,
): string | null {
  const { status, seq, isRepeat } = answer;
  if (seq !== null) {
    if (seq > high) return 'it stands where it cannot stand yet';
    return !isRepeat && seq <= low ? 'it stands before what was there already' : null;
  }
  // What was decided earlier is said again.
  const from = isRepeat ? 1 : low;
  const verdicts = states.slice(from, high + 1).map((state) => apply(state, action));
  if (status === 'APPLIED') {
    return verdicts.some((verdict) => verdict.status === 'APPLIED' && verdict.lines === 0)
      ? null
      : 'nothing was written, and should have been';
  }
  const since = states.findIndex((state) => state && hasTarget(state, action));
  const isPossible = verdicts.some((verdict, i) =>
    isSaid(answer, verdict, since > 0 && since <= from + i, since > 0 && since <= high, isCompacted),
  );
  return isPossible ? null : 'the model disagrees';
}

/**
 * What is gone is a conflict and what never was is refused, as far as the log still knows that it was. Whether it was is
 * asked a moment later: somebody may have made it in between.
 */
function isSaid(
  answer: Answer,
  verdict: Verdict,
  wasThere: boolean,
  wasThereSoon: boolean,
  isCompacted: boolean,
): boolean {
  if (verdict.status === 'APPLIED' || verdict.code !== answer.error?.code) return false;
  if (verdict.code !== 'NOT_FOUND') return verdict.status === answer.status;
  return answer.status === 'CONFLICT' ? wasThereSoon : !wasThere || isCompacted;
}

/** Whether what an update is about is there. */
function hasTarget(state: State, action: Action): boolean {
  if ('updateEntry' in action) return state.entries.has(action.updateEntry.id);
  return 'updateMetric' in action && state.metrics.has(action.updateMetric.id);
}

/** What a device has noted as done is done, and what it has noted as not done is not done afterwards. */
function checkLastWords(witness: Witness, written: ReadonlySet<string | null>): string[] {
  return [...witness.settled]
    .filter(([id, status]) => status !== 'APPLIED' && written.has(id))
    .map(([id, status]) => `${id} was ${status}, and stands in the log`);
}

/** What a device has queued comes to an end that it notes. */
function checkAllAnswered(witness: Witness): string[] {
  return [...witness.intents]
    .filter(([id, { isQueued }]) => isQueued && !witness.settled.has(id))
    .map(([id, { action }]) => `nothing was heard of ${id}: ${JSON.stringify(action)}`);
}
