import type { FileMetric, Question } from '../../format.ts';
import { knownMetrics } from '../../known-metrics.ts';
import { toCategory } from '../diaries/named-metrics.ts';
import type { Kind } from './kinds.ts';

/** An attribute as a file describes it. */
export type Attribute = { name: string; label: string; group: string; device: string | null; kind: Kind };

/** Where its values go, and the question on which they depend. */
export type Target = { metric: FileMetric; question: (Question & { kind: 'UNIT' }) | null };

/**
 * Attributes that measure what others measure as well. Exist states its units as metric: kilometres and kilograms.
 * Which names it uses is not verified; an attribute under another name becomes a metric of its own.
 */
const shared: Readonly<Record<string, readonly [Kind, FileMetric]>> = {
  steps: ['NUMBER', knownMetrics.steps],
  steps_distance: ['NUMBER', knownMetrics.distance],
  floors: ['NUMBER', knownMetrics.floors],
  sleep: ['DURATION', knownMetrics.asleep],
  time_in_bed: ['DURATION', knownMetrics.inBed],
  workouts_min: ['DURATION', knownMetrics.workout],
  meditation_min: ['DURATION', knownMetrics.mindful],
  heartrate: ['NUMBER', knownMetrics.heartRate],
  heartrate_resting: ['NUMBER', knownMetrics.restingHeartRate],
  heartrate_variability: ['NUMBER', knownMetrics.heartRateVariability],
  weight: ['NUMBER', knownMetrics.weight],
  body_fat: ['PERCENT', knownMetrics.bodyFat],
  mood: ['NUMBER', knownMetrics.mood],
};

/** 1 kcal is 4.184 kJ, by definition (thermochemical calorie). */
const energy = { kcal: 1, kJ: 1 / 4.184 };

/** Those whose unit a file does not state, and that people have seen in two. */
const asked: Readonly<Record<string, Target>> = {
  active_energy: toAsked('active_energy', knownMetrics.activeEnergy, 'the energy you burned being active', energy),
  energy: toAsked(
    'energy',
    { name: 'Energy eaten', type: 'NUMBER', unit: 'kcal', category: 'food', aggregation: 'SUM' },
    'the energy you ate',
    energy,
  ),
  water: toAsked('water', knownMetrics.water, 'the water you drank', { ml: 1, l: 1000 }),
};

function toAsked(id: string, metric: FileMetric, what: string, choices: Readonly<Record<string, number>>): Target {
  const message = `In which unit does the file have ${what}?`;
  return { metric, question: { id, kind: 'UNIT', message, choices, suggestion: null } };
}

/** The target of an attribute: what is measured alike elsewhere, or a metric with the attribute's label. */
export function toTarget(attribute: Attribute): Target {
  const { name, kind } = attribute;
  const [expected, metric] = (Object.hasOwn(shared, name) && shared[name]) || [];
  if (metric && expected === kind) return { metric, question: null };
  if (kind === 'NUMBER' && Object.hasOwn(asked, name)) return asked[name]!;
  return { metric: toOwnMetric(attribute), question: null };
}

const knownNames = new Set(Object.values(knownMetrics).map((metric) => metric.name.toLowerCase()));

/** Something else under the name of what is measured alike elsewhere would end up among its values, in another unit. */
function toOwnName({ name, label, kind }: Attribute): string {
  const own = label || name;
  if (!knownNames.has(own.toLowerCase())) return own;
  return kind === 'SCALE' ? `${own} (1 to 9)` : `${own} (Exist)`;
}

const shapes: Readonly<Record<Kind, Pick<FileMetric, 'type' | 'unit'> & Partial<FileMetric>>> = {
  NUMBER: { type: 'NUMBER', unit: null },
  TEXT: { type: 'TEXT', unit: null },
  DURATION: { type: 'DURATION', unit: null },
  BOOLEAN: { type: 'BINARY', unit: null },
  PERCENT: { type: 'NUMBER', unit: '%', aggregation: 'MEAN' },
  SCALE: { type: 'RATING', unit: null, min: 1, max: 9 },
  MINUTES_AFTER_MIDNIGHT: { type: 'NUMBER', unit: 'min after midnight', aggregation: 'MEAN' },
  MINUTES_AFTER_MIDDAY: { type: 'NUMBER', unit: 'min after midday', aggregation: 'MEAN' },
};

function toOwnMetric(attribute: Attribute): FileMetric {
  const category = toCategory(attribute.group.toLowerCase());
  const metric: FileMetric = { name: toOwnName(attribute), ...shapes[attribute.kind], ...(category && { category }) };
  // Nobody decides over the weather.
  return category === 'weather' ? { ...metric, isActionable: false } : metric;
}

/** Why an attribute is left out as a whole; null for one that is taken over. */
export function findNonsense({ name, group }: Pick<Attribute, 'name' | 'group'>): string | null {
  if (/^location/i.test(group) || /^location(_|$)/.test(name)) return 'Places, for privacy';
  return name.endsWith('_icon') ? 'Names of pictures' : null;
}
