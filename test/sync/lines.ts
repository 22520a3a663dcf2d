import { isSame, type Entry, type Metric, type State } from './model.ts';
import type { Line } from './witness.ts';

/**
 * Whether the lines of one transaction say, each once, what is another in the state after it than in the one before. An
 * entry's line stands where its metric is there: before its deletion, after its creation.
 * @param always a type whose line is there even when nothing is another
 * @returns what is wrong
 */
export function checkLines(lines: readonly Line[], before: State, after: State, always?: 'User'): string[] {
  const complaints = lines.flatMap((line) => checkLine(line, before, after));
  const expected = [...findDiffering(before, after)];
  if (always && !expected.includes(always)) expected.push(always);
  const said = lines.map(({ entityType, entityId }) => (entityType === 'User' ? 'User' : entityId));
  if (!isSame(said.toSorted(), expected.toSorted())) {
    complaints.push(`the lines up to ${lines.at(-1)!.seq} are about ${said} and should be about ${expected}`);
  }
  const metric = lines.find(({ entityType }) => entityType === 'Metric');
  const isInPlace = !metric || metric === (metric.kind === 'DELETED' ? lines.at(-1) : lines[0]);
  return isInPlace ? complaints : [...complaints, `${metric.seq} is not where its metric is there`];
}

function checkLine(line: Line, before: State, after: State): string[] {
  const [was, is] = [findEntity(before, line), findEntity(after, line)];
  const kind = !was ? 'CREATED' : is ? 'UPDATED' : 'DELETED';
  const says = stateOfLine(line, after);
  return [
    ...(line.kind === kind ? [] : [`${line.seq} is ${line.kind} and should be ${kind}`]),
    ...(isSame(says, is) ? [] : [`${line.seq} says ${JSON.stringify(line.snapshot)} for ${JSON.stringify(is)}`]),
  ];
}

/** The ids of what is another, or gone, or new. */
function findDiffering(before: State, after: State): Set<string> {
  const differing = (a: ReadonlyMap<string, object>, b: ReadonlyMap<string, object>) =>
    [...new Set([...a.keys(), ...b.keys()])].filter((id) => !isSame(a.get(id), b.get(id)));
  const isProfileSame = isSame(before.profile, after.profile);
  return new Set([
    ...differing(before.metrics, after.metrics),
    ...differing(before.entries, after.entries),
    ...(isProfileSame ? [] : ['User']),
  ]);
}

/** What a line is about, in a state. */
export function findEntity(state: State, { entityType, entityId }: Pick<Line, 'entityType' | 'entityId'>) {
  if (entityType === 'User') return state.profile;
  return (entityType === 'Metric' ? state.metrics.get(entityId) : state.entries.get(entityId)) ?? null;
}

/** What a line of the log says of its entity, in the words of the model. */
function stateOfLine(line: Line, after: State): object | null {
  const { entityType, snapshot } = line;
  if (!snapshot) return null;
  if (entityType === 'User') return toProfile(line);
  if (entityType === 'Metric')
    return pick(snapshot as Metric, ['id', 'name', 'type', 'unit', 'min', 'max', 'isActive', 'version']);
  const { number, text, metricId } = snapshot as { number: number | null; text: string | null; metricId: string };
  const isBinary = after.metrics.get(metricId)?.type === 'BINARY';
  const value = text ?? (isBinary ? number === 1 : number);
  return { ...pick(snapshot as Entry, ['id', 'metricId', 'date', 'time', 'notes', 'tags', 'version']), value };
}

export const toProfile = (line: Line | undefined): State['profile'] =>
  pick(line?.snapshot as State['profile'], ['timeZone', 'dayStartsAt']);

const pick = <Whole extends object, Key extends keyof Whole>(whole: Whole, keys: readonly Key[]): Pick<Whole, Key> =>
  Object.fromEntries(keys.map((key) => [key, whole[key]])) as Pick<Whole, Key>;
