import { apply, isSame, type Action, type Entry, type Metric, type State } from './model.ts';
import type { Line, Witness } from './witness.ts';

/** The states that the log leads through by the rules of the model; `states[n]` is the one after line n. */
export type Replayed = { states: State[]; numbers: Map<string, number>; complaints: string[] };

/**
 * Does again what stands in the log: every line must be what an operation that somebody made comes to in the state before
 * it, each operation at most once.
 * @param notes what the server has noted of operations and still knows, by id
 */
export function replay(witness: Witness, head: number, notes: ReadonlyMap<string, number | null>): Replayed {
  const complaints: string[] = [];
  const { byNumber, numbers } = placeOperations(witness, notes, complaints);
  const states: State[] = [];
  const first = witness.lines.get(1);
  states[1] = { profile: toProfile(first), metrics: new Map(), entries: new Map() };
  for (let from = 2; from <= head;) {
    let to = from;
    while (to <= head && !byNumber.has(to)) to += 1;
    const id = byNumber.get(to);
    const intent = id && witness.intents.get(id);
    if (!intent) {
      complaints.push(id ? `${to} is an operation that nobody made: ${id}` : `nobody made the lines from ${from} on`);
      break;
    }
    const lines = numbersFrom(from, to).map((seq) => witness.lines.get(seq)!);
    const before = states[from - 1]!;
    const verdict = apply(before, intent.action);
    if (verdict.status !== 'APPLIED' || verdict.lines !== lines.length) {
      const says = verdict.status === 'APPLIED' ? `${verdict.lines} lines` : verdict.code;
      complaints.push(`${from} to ${to}: ${JSON.stringify(intent.action)} should come to ${says}`);
      break;
    }
    complaints.push(...checkLines(lines, intent.action, before, verdict.after));
    for (let seq = from; seq < to; seq++) states[seq] = before;
    states[to] = verdict.after;
    from = to + 1;
  }
  return { states, numbers, complaints };
}

/** Which operation stands where, by all that the server ever said of it: it must always say the same. */
function placeOperations(witness: Witness, notes: ReadonlyMap<string, number | null>, complaints: string[]) {
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
  return { byNumber, numbers };
}

/** The last line is that of the operation's entity; those before are entries that go along with their metric. */
function checkLines(lines: readonly Line[], action: Action, before: State, after: State): string[] {
  const [name, given] = Object.entries(action)[0]!;
  const own = lines.at(-1)!;
  const kind = name.startsWith('create') ? 'CREATED' : name.startsWith('delete') ? 'DELETED' : 'UPDATED';
  const isRight = own.kind === kind && (name === 'updateProfile' || own.entityId === (given as { id: string }).id);
  const complaints = isRight ? [] : [`${own.seq} should be ${kind} of ${JSON.stringify(action)}`];
  if (!isSame(stateOfLine(own, before), stateOfEntity(own, after))) {
    complaints.push(`${own.seq} says ${JSON.stringify(own.snapshot)} for ${JSON.stringify(stateOfEntity(own, after))}`);
  }
  const gone = [...before.entries.keys()].filter((id) => !after.entries.has(id)).sort();
  const said = lines
    .filter((line) => line.entityType === 'Entry' && line.kind === 'DELETED')
    .map((line) => line.entityId);
  if (!isSame(said.sort(), gone)) complaints.push(`the lines up to ${own.seq} delete ${said} and should ${gone}`);
  return complaints;
}

function stateOfEntity({ entityType, entityId }: Line, state: State): object | null {
  if (entityType === 'User') return state.profile;
  return (entityType === 'Metric' ? state.metrics.get(entityId) : state.entries.get(entityId)) ?? null;
}

/** What a line of the log says of its entity, in the words of the model. */
function stateOfLine(line: Line, before: State): object | null {
  const { entityType, snapshot } = line;
  if (!snapshot) return null;
  if (entityType === 'User') return toProfile(line);
  if (entityType === 'Metric')
    return pick(snapshot as Metric, ['id', 'name', 'type', 'unit', 'min', 'max', 'isActive', 'version']);
  const { number, text, metricId } = snapshot as { number: number | null; text: string | null; metricId: string };
  const isBinary = before.metrics.get(metricId)?.type === 'BINARY';
  const value = text ?? (isBinary ? number === 1 : number);
  return { ...pick(snapshot as Entry, ['id', 'metricId', 'date', 'time', 'notes', 'tags', 'version']), value };
}

const toProfile = (line: Line | undefined): State['profile'] =>
  pick(line?.snapshot as State['profile'], ['timeZone', 'dayStartsAt']);

const pick = <Whole extends object, Key extends keyof Whole>(whole: Whole, keys: readonly Key[]): Pick<Whole, Key> =>
  Object.fromEntries(keys.map((key) => [key, whole[key]])) as Pick<Whole, Key>;

const numbersFrom = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
