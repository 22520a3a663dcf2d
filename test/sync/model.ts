/**
 * What the server promises of a queue, said a second time and as plainly as possible: who reads this knows the rules, and
 * none of the code under test is in it. Pure; states are never altered.
 */

export type Metric = {
  id: string;
  name: string;
  type: 'RATING' | 'NUMBER' | 'DURATION' | 'BINARY' | 'TEXT';
  unit: string | null;
  min: number | null;
  max: number | null;
  isActive: boolean;
  version: number;
};
export type Entry = {
  id: string;
  metricId: string;
  date: string;
  time: string | null;
  value: number | boolean | string;
  notes: string | null;
  tags: readonly string[];
  version: number;
};
export type Profile = { timeZone: string; dayStartsAt: number };

type Check = { id: string; expectedVersion?: number };
type CreateMetric = Pick<Metric, 'id' | 'name' | 'type'> & Partial<Pick<Metric, 'unit' | 'min' | 'max'>>;
type UpdateMetric = Check & { input: Partial<Pick<Metric, 'name' | 'unit' | 'min' | 'max' | 'isActive'>> };
export type CreateEntry = Pick<Entry, 'id' | 'metricId' | 'date' | 'value'> &
  Partial<Pick<Entry, 'time' | 'notes' | 'tags'>>;
type UpdateEntry = Check & { input: Partial<Pick<Entry, 'date' | 'time' | 'value' | 'notes' | 'tags'>> };

export type Action =
  | { createMetric: CreateMetric }
  | { updateMetric: UpdateMetric }
  | { deleteMetric: Check }
  | { createEntry: CreateEntry }
  | { updateEntry: UpdateEntry }
  | { deleteEntry: Check }
  | { updateProfile: Partial<Profile> };

export type State = {
  readonly profile: Profile;
  readonly metrics: ReadonlyMap<string, Metric>;
  readonly entries: ReadonlyMap<string, Entry>;
};

/** What an operation comes to in a state, and the state after it; `lines`: how many changes it writes. */
export type Verdict =
  | { status: 'APPLIED'; lines: number; after: State }
  | { status: 'CONFLICT' | 'REFUSED'; code: 'CONFLICT' | 'NOT_FOUND' | 'INVALID_INPUT' };

export const conflict: Verdict = { status: 'CONFLICT', code: 'CONFLICT' };
export const invalid: Verdict = { status: 'REFUSED', code: 'INVALID_INPUT' };
/** What has been there is a conflict, and what never was is refused; see `isMissing` in the checks. */
export const missing: Verdict = { status: 'REFUSED', code: 'NOT_FOUND' };
const unchanged = (state: State): Verdict => ({ status: 'APPLIED', lines: 0, after: state });

export function apply(state: State, action: Action): Verdict {
  if ('createMetric' in action) return createMetric(state, action.createMetric);
  if ('updateMetric' in action) return updateMetric(state, action.updateMetric);
  if ('deleteMetric' in action) return deleteMetric(state, action.deleteMetric);
  if ('createEntry' in action) return createEntry(state, action.createEntry);
  if ('updateEntry' in action) return updateEntry(state, action.updateEntry);
  if ('deleteEntry' in action) return deleteEntry(state, action.deleteEntry);
  const profile = { ...state.profile, ...action.updateProfile };
  return { status: 'APPLIED', lines: 1, after: { ...state, profile } };
}

function createMetric(state: State, { id, name, type, ...rest }: CreateMetric): Verdict {
  const wanted = { id, name, type, unit: rest.unit ?? null, min: rest.min ?? null, max: rest.max ?? null };
  if (!isInOrder(wanted)) return invalid;
  const current = state.metrics.get(id);
  if (current) return isSame(current, { ...current, ...wanted }) ? unchanged(state) : conflict;
  return withMetric(state, { ...wanted, isActive: true, version: 1 });
}

function updateMetric(state: State, { id, input, expectedVersion }: UpdateMetric): Verdict {
  const current = state.metrics.get(id);
  if (!current) return missing;
  if (expectedVersion !== undefined && expectedVersion !== current.version) return conflict;
  const next = { ...current, ...input, version: current.version + 1 };
  return isInOrder(next) ? withMetric(state, next) : invalid;
}

/** Takes its entries along, each with a change of its own before the metric's. */
function deleteMetric(state: State, { id, expectedVersion }: Check): Verdict {
  const current = state.metrics.get(id);
  if (!current) return unchanged(state);
  if (expectedVersion !== undefined && expectedVersion !== current.version) return conflict;
  const entries = new Map([...state.entries].filter(([, entry]) => entry.metricId !== id));
  const metrics = new Map([...state.metrics].filter(([each]) => each !== id));
  return { status: 'APPLIED', lines: 1 + state.entries.size - entries.size, after: { ...state, metrics, entries } };
}

function createEntry(state: State, input: CreateEntry): Verdict {
  const metric = state.metrics.get(input.metricId);
  if (!metric) return missing;
  if (!fits(metric, input.value)) return invalid;
  const wanted = { time: null, notes: null, tags: [], ...input, version: 1 };
  const current = state.entries.get(input.id);
  if (current) return isSame({ ...current, version: 1 }, wanted) ? unchanged(state) : conflict;
  return withEntry(state, wanted);
}

function updateEntry(state: State, { id, input, expectedVersion }: UpdateEntry): Verdict {
  const current = state.entries.get(id);
  if (!current) return missing;
  if (input.value !== undefined && !fits(state.metrics.get(current.metricId)!, input.value)) return invalid;
  if (expectedVersion !== undefined && expectedVersion !== current.version) return conflict;
  return withEntry(state, { ...current, ...input, version: current.version + 1 });
}

function deleteEntry(state: State, { id, expectedVersion }: Check): Verdict {
  const current = state.entries.get(id);
  if (!current) return unchanged(state);
  if (expectedVersion !== undefined && expectedVersion !== current.version) return conflict;
  const entries = new Map([...state.entries].filter(([each]) => each !== id));
  return { status: 'APPLIED', lines: 1, after: { ...state, entries } };
}

export const withMetric = (state: State, metric: Metric): Verdict => ({
  status: 'APPLIED',
  lines: 1,
  after: { ...state, metrics: new Map(state.metrics).set(metric.id, metric) },
});

export const withEntry = (state: State, entry: Entry): Verdict => ({
  status: 'APPLIED',
  lines: 1,
  after: { ...state, entries: new Map(state.entries).set(entry.id, entry) },
});

export const isInOrder = ({ min, max }: Pick<Metric, 'min' | 'max'>): boolean =>
  min === null || max === null || min <= max;

function fits({ type, min, max }: Metric, value: Entry['value']): boolean {
  if (type === 'BINARY') return typeof value === 'boolean';
  if (type === 'TEXT') return typeof value === 'string';
  const least = type === 'DURATION' ? Math.max(0, min ?? 0) : (min ?? -Infinity);
  return typeof value === 'number' && value >= least && value <= (max ?? Infinity);
}

/** Plain JSON, whatever the order of its keys. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => isSame((a as never)[key], (b as never)[key]));
}
