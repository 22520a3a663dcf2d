import { deriveId } from '../../kernel/ids.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import type { MetricType } from '../metrics/input.ts';
import { toConfig, toNewMetric, type NewMetric } from '../metrics/metrics.ts';
import type { MetricConfig } from '../metrics/rules.ts';
import { inferType, type FileMetric } from './file-metrics.ts';

/** Where the values of a metric of the file go. */
export type Target = { id: string; label: string; config: MetricConfig };

/** A metric that could take values: one of the person's, or one that this file brings. */
type Candidate = Pick<NewMetric, 'id' | 'name' | 'unit' | 'isActive'> & MetricConfig & { isPlanned: boolean };

/** What matching has found: a target for each metric of the file, and the metrics to create. */
export type Matching = { targets: Target[]; planned: NewMetric[] };

/**
 * Finds a metric of the person for each metric of a file, by name and regardless of case, and plans a new one where there
 * is none. One whose unit says something else is another metric: kilometres must not end up among miles.
 * @param existing the person's metrics, the oldest first
 */
export function matchMetrics(viewer: Viewer, wanted: readonly FileMetric[], existing: readonly NewMetric[]): Matching {
  const candidates: Candidate[] = existing.map((metric) => ({
    ...metric,
    ...toConfig(metric as never),
    isPlanned: false,
  }));
  const planned: NewMetric[] = [];
  const targets: Target[] = [];
  for (const index of bySpecificity(wanted)) {
    const metric = wanted[index]!;
    let found = findBest(candidates, metric);
    if (!found) {
      const created = plan(viewer, metric, candidates);
      planned.push(created);
      found = { ...created, ...toConfig(created as never), isPlanned: true };
      candidates.push(found);
    }
    targets[index] = { id: found.id, label: metric.label, config: toConfig(found) };
  }
  return { targets, planned };
}

/** What says more comes first, so that a row without a unit or type joins the metric of one that has them. */
const bySpecificity = (wanted: readonly FileMetric[]): number[] =>
  [...wanted.keys()].sort((a, b) => specificity(wanted[b]!) - specificity(wanted[a]!) || a - b);

const specificity = ({ type, unit }: FileMetric): number => (type ? 2 : 0) + (unit ? 1 : 0);

function findBest(candidates: readonly Candidate[], wanted: FileMetric): Candidate | undefined {
  const whole = candidates.filter(({ name }) => isSame(name, wanted.label));
  const fitting =
    whole.length > 0 && wanted.label !== wanted.name ? whole : candidates.filter((each) => fits(each, wanted));
  return fitting.toSorted((a, b) => rank(b, wanted) - rank(a, wanted))[0];
}

function fits({ name, unit, type, isPlanned }: Candidate, wanted: FileMetric): boolean {
  if (!isSame(name, wanted.name)) return false;
  if (unit && wanted.unit && !isSame(unit, wanted.unit)) return false;
  // A metric the person has decides about its values; two new ones of one name may well be of two types.
  return !isPlanned || !wanted.type || type === wanted.type;
}

const rank = ({ type, unit, isActive }: Candidate, wanted: FileMetric): number =>
  (wanted.type === type ? 4 : 0) + (isSame(unit ?? '', wanted.unit ?? '') ? 2 : 0) + (isActive === false ? 0 : 1);

const isSame = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/** The id follows from what the file says: the same file checked twice plans the same metric, and so the same entries. */
function plan({ userId }: Viewer, { name, unit, ...metric }: FileMetric, candidates: readonly Candidate[]): NewMetric {
  const type: MetricType = inferType(metric as FileMetric);
  const taken = new Set(candidates.map(({ id }) => id));
  let id: string;
  let attempt = 1;
  // Taken when the person has renamed the metric that such a file once made.
  do id = deriveId('metric', userId, name.toLowerCase(), unit?.toLowerCase() ?? '', String(attempt++));
  while (taken.has(id));
  return toNewMetric({ id, name, unit, type });
}
