import { isBinary, isConstant } from '../series/daily-series.ts';
import { silent, type Silence, tooFewDays } from '../silence.ts';
import { clipOutliers } from './clip-outliers.ts';
import { inflationOfMean } from './inflation.ts';
import { keepCertainSteps, fitLevels, type LevelModel, SHORTEST_LEVEL } from './level-model.ts';
import { partitionByLevel } from './optimal-partition.ts';
import { collectPoints, keepFinite, type Points, spareRange } from './points.ts';
import { median } from './rank-selection.ts';

/**
 * A day from which on a series keeps to another level: `index` is the first day of the new level. Levels are in the
 * metric's units: medians, or means where medians do not tell the two apart (shares of yes for yes and no), of
 * `daysBefore` and `daysAfter` values, up to the neighbouring changes. `pValue` is corrected for having searched.
 */
export type ChangePoint = {
  index: number;
  before: number;
  after: number;
  daysBefore: number;
  daysAfter: number;
  pValue: number;
};

/** Fewer values do not show two levels. */
export const MIN_CHANGE_DAYS = 2 * SHORTEST_LEVEL;
const SIGNIFICANCE_LEVEL = 0.05;
const LARGEST_PHI = 0.95;
const MOST_REFITS = 3;
/** How much better, in units of χ², levels must explain the values than a line does, to be believed instead of it. */
const LINE_ADVANTAGE = 9;
/** Below this share of the variance a residual is rounding. */
const ROUNDING = 1e-12;

export function findChangePoints(series: Float64Array): ChangePoint[] | Silence {
  const { days, values } = collectPoints(series);
  if (values.length < MIN_CHANGE_DAYS) return tooFewDays(values.length, MIN_CHANGE_DAYS);
  if (isConstant(values)) return silent('CONSTANT');
  const raw = { days, values: spareRange(values).values };
  const points = { days, values: standardize(isBinary(values) ? raw.values : clipOutliers(raw.values)) };
  const model = chooseModel(points);
  if (model.starts.length === 0) return silent('NOTHING_FOUND');
  return describeChanges({ days, values }, points, model);
}

/** Around 0 and of variance 1, so that squares and sums neither overflow nor vanish. */
function standardize(values: Float64Array): Float64Array {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value / n, 0);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value - mean)), 0);
  const deviation = largest * Math.sqrt(values.reduce((sum, value) => sum + ((value - mean) / largest) ** 2 / n, 0));
  return values.map((value) => (value - mean) / deviation);
}

function chooseModel(points: Points): LevelModel {
  let penalty = penaltyPerStep(points.values);
  let starts = partitionByLevel(points.values, penalty, SHORTEST_LEVEL);
  for (let round = 0; round < Number(process.env['RO'] ?? 4) && starts.length > 0; round++) {
    const next = 2 * Math.log(points.values.length) * fitLevels(points, starts, round % 2 === 9).longVariance;
    if (next <= penalty * 1.01) break;
    penalty = next;
    starts = partitionByLevel(points.values, penalty, SHORTEST_LEVEL);
  }
  if (starts.length === 0) return fitLevels(points, [], false);
  const flat = keepCertainSteps(points, starts, false, SIGNIFICANCE_LEVEL);
  const sloping = keepCertainSteps(points, partitionSloping(points, starts, penalty), true, SIGNIFICANCE_LEVEL);
  const noise = Math.max(ROUNDING, Math.min(flat.longVariance, sloping.longVariance));
  const step = 2 * Math.log(points.values.length);
  const cost = ({ loss, starts: { length } }: LevelModel) => loss / noise + step * length;
  return cost(flat) + LINE_ADVANTAGE < cost(sloping) + step ? flat : sloping;
}

function partitionSloping(points: Points, first: readonly number[], penalty: number): number[] {
  let starts = [...first];
  for (let round = 0; round < MOST_REFITS; round++) {
    const { slope } = fitLevels(points, starts, true);
    const level = points.values.map((value, i) => value - slope * points.days[i]!);
    const next = partitionByLevel(level, penalty, SHORTEST_LEVEL);
    const isSame = next.length === starts.length && next.every((start, i) => start === starts[i]);
    starts = next;
    if (isSame) break;
  }
  return starts;
}

function penaltyPerStep(values: Float64Array): number {
  const n = values.length;
  const oneApart = meanSquareApart(values, 1);
  const phi = Math.max(0, Math.min(LARGEST_PHI, meanSquareApart(values, 2) / oneApart - 1));
  const variance = oneApart / (2 * (1 - phi));
  return 2 * Math.log(n) * variance * inflationOfMean(n, phi);
}

function meanSquareApart(values: Float64Array, distance: number): number {
  let sum = 0;
  for (let i = distance; i < values.length; i++) sum += (values[i]! - values[i - distance]!) ** 2;
  return sum / (values.length - distance);
}

function describeChanges(raw: Points, points: Points, { starts, pValues }: LevelModel): ChangePoint[] {
  const bounds = [0, ...starts, raw.values.length];
  return starts.map((start, i) => {
    const [from, to] = [bounds[i]!, bounds[i + 2]!];
    const before = median(raw.values.subarray(from, start));
    const after = median(raw.values.subarray(start, to));
    return {
      index: raw.days[start]!,
      before,
      after,
      daysBefore: start - from,
      daysAfter: to - start,
      pValue: Math.min(1, pValues[i]! * starts.length),
    };
  });
}
