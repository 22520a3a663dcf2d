import { findEntity } from './lines.ts';
import {
  conflict,
  invalid,
  isInOrder,
  isSame,
  missing,
  withEntry,
  withMetric,
  type Entry,
  type Metric,
  type Profile,
  type State,
  type Verdict,
} from './model.ts';
import type { Line } from './witness.ts';

/** The log so far: the states it led through, and which lines were written together. */
export type Past = {
  lines: ReadonlyMap<number, Line>;
  states: readonly State[];
  writes: readonly { from: number; to: number }[];
};

/** What the person sets and an undo brings back, of all types. */
const fields = 'date time value notes tags name unit min max isActive timeZone dayStartsAt'.split(' ');

/** What an undo of one line comes to in the state after another: the table of docs/sync.md, and nothing of how it is done. */
export function undo(past: Past, at: number, seq: number): Verdict {
  const line = past.lines.get(seq);
  const write = past.writes.find(({ from, to }) => from <= seq && seq <= to);
  if (seq === 1) return invalid;
  if (!line || !write || seq > at) return missing;
  const before = past.states[write.from - 1]!;
  const [was, became] = [findEntity(before, line), findEntity(past.states[write.to]!, line)];
  const state = past.states[at]!;
  if (was && became) return setBack(state, line, was, became);
  if (!isNewest(past, at, line)) return conflict;
  return was ? bringBack(before, state, was) : takeAway(state, line);
}

function isNewest({ lines }: Past, at: number, { seq, entityId }: Line): boolean {
  for (let later = seq + 1; later <= at; later++) if (lines.get(later)!.entityId === entityId) return false;
  return true;
}

/** Of a creation. */
function takeAway(state: State, { entityType, entityId }: Line): Verdict {
  if (entityType === 'Metric' && entriesOf(state, entityId).length > 0) return conflict;
  const [metrics, entries] = [new Map(state.metrics), new Map(state.entries)];
  (entityType === 'Metric' ? metrics : entries).delete(entityId);
  return { status: 'APPLIED', lines: 1, after: { ...state, metrics, entries } };
}

/** Of an update: what it altered, and nothing else, unless that is another by now. */
function setBack(state: State, line: Line, was: object, became: object): Verdict {
  const is = findEntity(state, line);
  if (!is) return conflict;
  const altered = fields.filter((field) => !isSame(was[field as never], became[field as never]));
  if (altered.length === 0) return invalid;
  if (altered.some((field) => !isSame(became[field as never], is[field as never]))) return conflict;
  const next = { ...is, ...Object.fromEntries(altered.map((field) => [field, was[field as never]])) };
  if (line.entityType === 'User') return { status: 'APPLIED', lines: 1, after: { ...state, profile: next as Profile } };
  if (line.entityType === 'Entry') return withEntry(state, raised(next as Entry));
  return isInOrder(next as Metric) ? withMetric(state, raised(next as Metric)) : conflict;
}

/** Of a deletion: an entry, or a metric with the entries that it took along. */
function bringBack(before: State, state: State, was: object): Verdict {
  if ('metricId' in was)
    return state.metrics.has((was as Entry).metricId) ? withEntry(state, raised(was as Entry)) : conflict;
  const metric = raised(was as Metric);
  const along = entriesOf(before, metric.id).map(raised);
  if (along.some(({ id }) => state.entries.has(id))) return conflict;
  const metrics = new Map(state.metrics).set(metric.id, metric);
  const entries = new Map([...state.entries, ...along.map((entry) => [entry.id, entry] as const)]);
  return { status: 'APPLIED', lines: 1 + along.length, after: { ...state, metrics, entries } };
}

const entriesOf = ({ entries }: State, metricId: string): Entry[] =>
  [...entries.values()].filter((entry) => entry.metricId === metricId);

/** A version never goes back, and never comes twice. */
const raised = <Versioned extends { version: number }>(entity: Versioned): Versioned => ({
  ...entity,
  version: entity.version + 1,
});
