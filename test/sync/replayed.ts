import { applyCall, type Call } from './calls.ts';
import { checkLines, toProfile } from './lines.ts';
import { apply, isSame, type Action, type State, type Verdict } from './model.ts';
import type { Past } from './undo-rule.ts';
import type { Line, Request, Witness } from './witness.ts';

/** The lines of one transaction: by an operation, or by one of several requests that all come to just this. */
export type Write = { from: number; to: number; operationId: string | null; requests: readonly Request[] };

/** The states that the log leads through by the rules of the model; `states[n]` is the one after line n. */
export type Replayed = { lines: Past['lines']; states: State[]; writes: Write[]; complaints: string[] };

/**
 * Does again what stands in the log: what every transaction wrote must be what an operation or a request that somebody made
 * comes to in the state before it, each operation at most once.
 * @param notes what the server has noted of operations and still knows, by id
 */
export function replay(witness: Witness, head: number, notes: ReadonlyMap<string, number | null>): Replayed {
  const complaints: string[] = [];
  const operations = placeOperations(witness, notes, complaints);
  const first = { profile: toProfile(witness.lines.get(1)), metrics: new Map(), entries: new Map() };
  const replayed: Replayed = { lines: witness.lines, states: [], writes: [], complaints };
  replayed.states[1] = first;
  for (let from = 2; from <= head && complaints.length === 0;) {
    const lines = linesFrom(witness, from);
    const to = lines.at(-1)!.seq;
    const id = lines.map(({ seq }) => operations.get(seq)).find((each) => each !== undefined);
    const { after, requests } = id
      ? byOperation(witness, lines, id, operations.get(to) === id, replayed)
      : byRequest(witness, lines, replayed);
    for (let seq = from; seq < to; seq++) replayed.states[seq] = replayed.states[from - 1]!;
    if (after) replayed.states[to] = after;
    replayed.writes.push({ from, to, operationId: id ?? null, requests });
    from = to + 1;
  }
  return replayed;
}

type Explanation = { after: State | null; requests: readonly Request[] };

/** The next transaction's lines. */
function linesFrom({ lines }: Witness, from: number): Line[] {
  const found = [lines.get(from)!];
  for (let seq = from + 1; lines.get(seq)?.transaction === found[0]!.transaction; seq++) found.push(lines.get(seq)!);
  return found;
}

function byOperation(
  { intents }: Witness,
  lines: readonly Line[],
  id: string,
  isLast: boolean,
  { states, complaints }: Replayed,
): Explanation {
  const from = lines[0]!.seq;
  const action = intents.get(id)?.action;
  if (!action) complaints.push(`${from} is an operation that nobody made: ${id}`);
  if (!isLast) complaints.push(`${id} does not stand at the last line of its transaction from ${from} on`);
  if (!action || !isLast) return { after: null, requests: [] };
  const before = states[from - 1]!;
  const verdict = apply(before, action);
  const wrong = checkVerdict(verdict, lines, before, action);
  complaints.push(...wrong.map((text) => `${text} (${JSON.stringify(action)})`));
  return { after: verdict.status === 'APPLIED' ? verdict.after : null, requests: [] };
}

/** By one of the requests of the device that the lines are from. */
function byRequest({ requests }: Witness, lines: readonly Line[], replayed: Replayed): Explanation {
  const from = lines[0]!.seq;
  const before = replayed.states[from - 1]!;
  const own = requests.filter(({ sessionId }) => sessionId === lines[0]!.deviceId);
  const verdicts = own.map((request) => ({ request, verdict: applyCall(replayed, from - 1, request.call) }));
  const fitting = verdicts.filter(
    ({ request, verdict }) =>
      checkVerdict(verdict, lines, before, request.call).length === 0 && isToldSo(request, verdict, lines),
  );
  if (fitting.length === 0) replayed.complaints.push(`nobody made the lines from ${from} on: ${JSON.stringify(lines)}`);
  const after = fitting[0]?.verdict as Extract<Verdict, { status: 'APPLIED' }> | undefined;
  return { after: after?.after ?? null, requests: fitting.map(({ request }) => request) };
}

function checkVerdict(verdict: Verdict, lines: readonly Line[], before: State, action: object): string[] {
  const [from, to] = [lines[0]!.seq, lines.at(-1)!.seq];
  if (verdict.status !== 'APPLIED' || verdict.lines !== lines.length) {
    return [`${from} to ${to} should be ${verdict.status === 'APPLIED' ? `${verdict.lines} lines` : verdict.code}`];
  }
  return checkLines(lines, before, verdict.after, 'updateProfile' in action ? 'User' : undefined);
}

/**
 * Whether what was said to a request is what it would come to; where nothing was said, nothing is wrong.
 * @param lines what was written
 */
export function isToldSo({ call, said }: Request, verdict: Verdict, lines: readonly Line[]): boolean {
  if (!said) return true;
  if (verdict.status !== 'APPLIED') return said.code === verdict.code;
  if (said.code !== undefined) return false;
  if ('undo' in call) return lines.some(({ seq }) => isSame(said.data, { seq }));
  return isSame(said.data, dataOf(call, verdict.after));
}

/** What a mutation gives. */
function dataOf(call: Exclude<Call, { undo: object }>, { profile, metrics, entries }: State): unknown {
  if ('createEntries' in call) return call.createEntries.map(({ id }) => entries.get(id));
  if ('updateProfile' in call) return profile;
  const [name, { id }] = Object.entries(call)[0] as [keyof Action, { id: string }];
  if (name === 'deleteEntry' || name === 'deleteMetric') return id;
  return entries.get(id) ?? metrics.get(id);
}

/** Which operation stands where, by all that the server ever said of it: it must always say the same. */
function placeOperations(
  witness: Witness,
  notes: ReadonlyMap<string, number | null>,
  complaints: string[],
): Map<number, string> {
  const byNumber = new Map<number, string>();
  const numbers = new Map<string, number>();
  const place = (id: string, seq: number) => {
    if ((numbers.get(id) ?? seq) !== seq) complaints.push(`${id} stands at ${numbers.get(id)} and at ${seq}`);
    if ((byNumber.get(seq) ?? id) !== id) complaints.push(`${seq} is ${byNumber.get(seq)} and ${id}`);
    numbers.set(id, seq);
    byNumber.set(seq, id);
  };
  for (const { operationId, status, seq } of witness.answers) {
    if (status === 'APPLIED' && seq !== null) place(operationId, seq);
  }
  for (const [id, seq] of notes) if (seq !== null) place(id, seq);
  return byNumber;
}
