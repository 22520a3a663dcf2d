import { deriveId } from '../../kernel/ids.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import type { MetricType } from '../metrics/input.ts';
import { toConfig, toNewMetric, type NewMetric } from '../metrics/metrics.ts';
import type { MetricConfig } from '../metrics/rules.ts';
import type { FileMetric } from './format.ts';

/** Where the values of a metric of the file go. */
export type Target = { id: string; label: string; config: MetricConfig };

/** A metric as a file names it. */
export type Wanted = Required<Pick<FileMetric, 'label' | 'says'>> & FileMetric;

/** A metric that could take values: one of the person's, or one that this file brings. */
type Candidate = Pick<NewMetric, 'id' | 'name' | 'unit' | 'isActive'> & MetricConfig & { isPlanned: boolean };

/**
 * Finds a metric of the person for each metric of a file, by name and regardless of case, and plans a new one where there
 * is none. One whose unit says something else is another metric: kilometres must not end up among miles.
 */
export class Matching {
  /** The metrics to create. */
  readonly planned: NewMetric[] = [];
  private readonly viewer: Viewer;
  private readonly candidates: Candidate[];

  /** @param existing the person's metrics, the oldest first */
  constructor(viewer: Viewer, existing: readonly NewMetric[]) {
    this.viewer = viewer;
    this.candidates = existing.map((metric) => toCandidate(metric, false));
  }

  /** The metric that takes the values of this one. @throws InvalidInputError when it cannot be a metric */
  match(wanted: Wanted): Target {
    const found = findBest(this.candidates, wanted) ?? this.plan(wanted);
    return { id: found.id, label: wanted.label, config: toConfig(found) };
  }

  private plan({ label: _l, says: _s, ...definition }: Wanted): Candidate {
    const id = this.deriveFreeId(definition);
    const created = toNewMetric({ ...definition, id });
    this.planned.push(created);
    const candidate = toCandidate(created, true);
    this.candidates.push(candidate);
    return candidate;
  }

  /** The id follows from what the file says: the same file checked twice plans the same metric, and so the same entries. */
  private deriveFreeId({ name, unit }: Pick<Wanted, 'name' | 'unit'>): string {
    const taken = new Set(this.candidates.map(({ id }) => id));
    let id: string;
    let attempt = 1;
    // Taken when the person has renamed the metric that such a file once made.
    do id = deriveId('metric', this.viewer.userId, name.toLowerCase(), unit?.toLowerCase() ?? '', String(attempt++));
    while (taken.has(id));
    return id;
  }
}

const toCandidate = (metric: NewMetric, isPlanned: boolean): Candidate => ({
  ...metric,
  ...toConfig(metric as never),
  isPlanned,
});

function findBest(candidates: readonly Candidate[], wanted: Wanted): Candidate | undefined {
  const whole = candidates.filter(({ name }) => isSame(name, wanted.label));
  const fitting =
    whole.length > 0 && wanted.label !== wanted.name ? whole : candidates.filter((each) => fits(each, wanted));
  return fitting.toSorted((a, b) => rank(b, wanted) - rank(a, wanted))[0];
}

function fits({ name, unit, type, isPlanned }: Candidate, wanted: Wanted): boolean {
  if (!isSame(name, wanted.name)) return false;
  if (unit && wanted.unit && !isSame(unit, wanted.unit)) return false;
  if (wanted.says === 'MEANING') return kindOf(type) === kindOf(wanted.type);
  // A metric the person has decides about its values; two new ones of one name may well be of two types.
  return !isPlanned || wanted.says === 'NOTHING' || type === wanted.type;
}

/** Seconds are no hours, and a yes no amount: only ratings and numbers take each other's values. */
const kindOf = (type: MetricType): MetricType => (type === 'RATING' ? 'NUMBER' : type);

const rank = ({ type, unit, isActive }: Candidate, wanted: Wanted): number =>
  (wanted.says !== 'NOTHING' && wanted.type === type ? 4 : 0) +
  (isSame(unit ?? '', wanted.unit ?? '') ? 2 : 0) +
  (isActive === false ? 0 : 1);

const isSame = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();
