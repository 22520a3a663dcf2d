import { apply, conflict, missing, type Action, type CreateEntry, type State, type Verdict } from './model.ts';
import { undo, type Past } from './undo-rule.ts';

/** What somebody asks of the API without a queue. */
export type Call = Action | { createEntries: CreateEntry[] } | { undo: { seq: number } };

/**
 * What a plain mutation comes to: as an operation does, but what is gone cannot be deleted.
 * @param at in the state after this number
 */
export function applyCall(past: Past, at: number, call: Call): Verdict {
  if ('undo' in call) return undo(past, at, call.undo.seq);
  const state = past.states[at]!;
  if ('createEntries' in call) return createEntries(state, call.createEntries);
  const verdict = apply(state, call);
  const isDeletion = 'deleteEntry' in call || 'deleteMetric' in call;
  return isDeletion && verdict.status === 'APPLIED' && verdict.lines === 0 ? missing : verdict;
}

/** All or none; what is there already with the same content stays as it is. */
function createEntries(state: State, entries: readonly CreateEntry[]): Verdict {
  const refusals = entries
    .map((createEntry) => apply(state, { createEntry }))
    .filter((verdict) => verdict.status !== 'APPLIED');
  // The inputs are looked at before what is there.
  const refusal = refusals.find(({ code }) => code !== 'CONFLICT') ?? (refusals.length > 0 ? conflict : null);
  if (refusal) return refusal;
  let verdict: Verdict = { status: 'APPLIED', lines: 0, after: state };
  for (const createEntry of entries) verdict = sum(verdict, apply(verdict.after, { createEntry }));
  return verdict;
}
type Applied = Extract<Verdict, { status: 'APPLIED' }>;
const sum = ({ lines }: Applied, next: Verdict): Applied => {
  const { lines: more, after } = next as Applied;
  return { status: 'APPLIED', lines: lines + more, after };
};
