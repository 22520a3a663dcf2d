import { conclude } from './conclude.ts';
import type { Conclusion, PersonFacts, Readiness } from './findings.ts';
import { assess } from './readiness.ts';
import { openState, type State, updateState } from './state.ts';

/**
 * Keeps everything computed of one person's series, and computes again only what a change touches: one series, and its
 * pairs. What it concludes is the same as if it had been opened with the present series, to the last bit, because the
 * same code runs on the same numbers, whatever came before.
 */
export type Engine = {
  /** Civil day of index 0, in days since 1970-01-01. */
  readonly firstDay: number;
  /** What has been put in. */
  ids: () => string[];
  /** The series' values from index 0 on, NaN where there is none; null takes it out. */
  put: (id: string, values: Float64Array | null) => void;
  /** What holds now. */
  conclude: (facts: PersonFacts) => Conclusion;
  /** Which questions have an answer, and why the others have none. */
  assess: (facts: PersonFacts) => Readiness[];
};

/** Starts without series. */
export function openEngine(firstDay: number): Engine {
  const given = new Map<string, Float64Array>();
  const touched = new Set<string>();
  let state = openState(firstDay, given);
  let latest: { facts: string; conclusion: Conclusion } | null = null;
  const update = (): State => {
    if (touched.size > 0) state = updateState(state, given, touched);
    touched.clear();
    return state;
  };
  const put: Engine['put'] = (id, values) => {
    if (isSame(given.get(id) ?? null, values)) return;
    if (values) given.set(id, values);
    else given.delete(id);
    touched.add(id);
    latest = null;
  };
  const concludeNow: Engine['conclude'] = (facts) => {
    const key = JSON.stringify(facts);
    if (latest?.facts !== key) latest = { facts: key, conclusion: conclude(update(), facts) };
    return latest.conclusion;
  };
  const ids = () => [...given.keys()];
  return { firstDay, ids, put, conclude: concludeNow, assess: (facts) => assess(update(), concludeNow(facts), facts) };
}

/** Everything about some series at once: an engine's first conclusion. */
export function analyse(firstDay: number, series: Iterable<[string, Float64Array]>, facts: PersonFacts): Conclusion {
  const engine = openEngine(firstDay);
  for (const [id, values] of series) engine.put(id, values);
  return engine.conclude(facts);
}

function isSame(a: Float64Array | null, b: Float64Array | null): boolean {
  if (!a || !b) return a === b;
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}
