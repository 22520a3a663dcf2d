import { isBinary, isConstant, toFinite } from '../series/daily-series.ts';
import { dot } from '../series/least-squares.ts';
import { silent, type Silence, tooFewDays } from '../silence.ts';
import { clipOutliers } from './clip-outliers.ts';
import { inflationOfMean } from './inflation.ts';
import { fitLevels, keepCertainSteps, type LevelModel, SHORTEST_LEVEL } from './level-model.ts';
import { partitionByLevel } from './optimal-partition.ts';
import { collectPoints, type Points, spareRange } from './points.ts';
import { median } from './rank-selection.ts';
import { fitSeason } from './season.ts';

/**
 * A day from which on a series keeps to another level: `index` is the first day of the new level. `before` and `after`
 * are in the metric's units, over the `daysBefore` and `daysAfter` values up to the neighbouring changes: medians, or
 * means where medians do not tell the levels apart (of yes and no always, as shares); where there is a trend too, as of
 * the day of the change. `pValue` is corrected for the search, and for the number of changes found.
 */
export type ChangePoint = {
  index: number;
  before: number;
  after: number;
  daysBefore: number;
  daysAfter: number;
  pValue: number;
};

/** The points as they are, without outliers, and these around 0 with a standard deviation of 1, `scale` before. */
type Prepared = { raw: Points; clipped: Float64Array; standard: Points; scale: number };

/** Levels, and the season they stand beside, point by point. */
type Explained = { model: LevelModel; season: Float64Array };

/** Fewer values do not show two levels. */
export const MIN_CHANGE_DAYS = 2 * SHORTEST_LEVEL;
const SIGNIFICANCE_LEVEL = 0.05;
/** Of differences; changes of level raise it. A higher one shows in what the partition leaves. */
const LARGEST_PHI = 0.8;
const MOST_ROUNDS = 4;
/** How much better than by a line, in units of χ², levels must explain the values to be believed instead of it. */
const LINE_ADVANTAGE = 8;
/** A season is told from a stay at another level when half of it has come twice: in a year and a half. */
const LEAST_SEASON_DAYS = 548;
/** A variance below this share of that of the values is rounding. */
const ROUNDING = 1e-12;

/**
 * The days on which a series went over to another level, ascending, each level of 14 values or more. Values count as
 * consecutive whatever the gaps between them.
 *
 * Candidates are the best partition of the values, outliers pulled in, with a penalty of 2 ln n per change (Schwarz's
 * criterion for a place and a level) times the variance of a mean, which dependence on the past inflates: by what
 * differences over one and two days say, which changes of level hardly touch, and then by what the partition leaves. Each
 * is tested (see `fitLevels`), the least certain one is given up and the rest tested again, until all hold at 0.05.
 *
 * A line looks like a staircase. So the same is done with a slope that all segments share, and the levels without a
 * slope are believed only when they explain the values better, by 8 in units of χ². That is what a step by 1 σ in four
 * months mostly goes under in. So does a season: from a year and a half on the same is done beside a yearly wave, and the
 * explanation that costs less is believed.
 *
 * Measured, share of series with any change, 120 | 365 | 1825 days: AR(1) φ = 0 0 | 0 | 0.3 %, 0.3 0.8 | 0.5 | 0.3 %,
 * 0.6 0.8 | 1 | 0.3 %, 0.8 2.5 | 1 | 0.3 % (400 series each); a rise by 0.5 to 20 σ at φ ≤ 0.6 up to 6 | 4 | 3 %, worst
 * at 2 σ. A step at half time, φ = 0.3, is found within a week and 3 % of the days: 1 σ 21 | 73 | 100 %, 2 σ 82 | 100 |
 * 100 %.
 */
export function findChangePoints(series: Float64Array): ChangePoint[] | Silence {
  const { days, values } = collectPoints(series);
  if (values.length < MIN_CHANGE_DAYS) return tooFewDays(values.length, MIN_CHANGE_DAYS);
  if (isConstant(values)) return silent('CONSTANT');
  const { unit, values: spared } = spareRange(values);
  const prepared = prepare({ days, values: spared });
  const explained = prepared.scale > 0 ? explainByLevels(prepared.standard) : null;
  if (!explained || explained.model.starts.length === 0) return silent('NOTHING_FOUND');
  return describeChanges(prepared, explained, unit);
}

function prepare(raw: Points): Prepared {
  const clipped = isBinary(raw.values) ? raw.values : clipOutliers(raw.values);
  const n = clipped.length;
  const mean = clipped.reduce((sum, value) => sum + value / n, 0);
  const largest = clipped.reduce((most, value) => Math.max(most, Math.abs(value - mean)), 0);
  const meanSquare = clipped.reduce((sum, value) => sum + ((value - mean) / largest) ** 2 / n, 0);
  const scale = isConstant(clipped) ? 0 : largest * Math.sqrt(meanSquare);
  return { raw, clipped, standard: { days: raw.days, values: clipped.map((value) => (value - mean) / scale) }, scale };
}

/** Levels, beside the season of the year where the two explain more. */
function explainByLevels(points: Points): Explained {
  const plain = { model: chooseModel(points), season: new Float64Array(points.values.length) };
  const span = points.days.at(-1)! - points.days[0]!;
  if (plain.model.starts.length === 0 || span < LEAST_SEASON_DAYS) return plain;
  const season = fitSeason(points, []);
  // A wave has a place and a height, as a change has, and costs as much.
  const perChange = priceOf(points);
  if (dot(season, season) < perChange * plain.model.longVariance) return plain;
  const seasonal = explainBySeason(points, []);
  const costOf = compareCosts(points, plain.model, seasonal.model);
  return costOf(seasonal.model) + perChange < costOf(plain.model) ? seasonal : plain;
}

/** The season beside some levels, the levels that it leaves, and so on until they agree. */
function explainBySeason(points: Points, starts: readonly number[], round = 1): Explained {
  const season = fitSeason(points, starts);
  const model = chooseModel({ days: points.days, values: points.values.map((value, i) => value - season[i]!) });
  const isSettled = round === MOST_ROUNDS || model.starts.join() === starts.join();
  return isSettled ? { model, season } : explainBySeason(points, model.starts, round + 1);
}

/** Levels alone, or on a slope. */
function chooseModel(points: Points): LevelModel {
  const { starts, penalty } = partitionCautiously(points);
  if (starts.length === 0) return fitLevels(points, [], false);
  const flat = keepCertainSteps(points, starts, false, SIGNIFICANCE_LEVEL);
  const sloping = keepCertainSteps(points, partitionOnSlope(points, starts, penalty), true, SIGNIFICANCE_LEVEL);
  const costOf = compareCosts(points, flat, sloping);
  return costOf(flat) + LINE_ADVANTAGE < costOf(sloping) ? flat : sloping;
}

/** Schwarz's criterion for a place and a level, in units of χ². */
const priceOf = ({ values }: Points): number => 2 * Math.log(values.length);

/** What it costs to believe in a model, by the noise that the better of two leaves. */
function compareCosts(points: Points, a: LevelModel, b: LevelModel): (model: LevelModel) => number {
  const noise = Math.max(ROUNDING, Math.min(a.longVariance, b.longVariance));
  // The slope costs as much as a change: it is one way to be wrong too.
  return ({ loss, slope, starts }) => loss / noise + priceOf(points) * (starts.length + Number(slope !== 0));
}

/** The best partition, again with a higher penalty while it leaves more noise than the penalty was made for. */
function partitionCautiously(points: Points): { starts: number[]; penalty: number } {
  const perChange = priceOf(points);
  let penalty = perChange * varianceOfDifferences(points.values);
  let starts = partitionByLevel(points.values, penalty, SHORTEST_LEVEL);
  for (let round = 0; round < MOST_ROUNDS && starts.length > 0; round++) {
    const higher = perChange * fitLevels(points, starts, false).longVariance;
    if (higher <= penalty) break;
    penalty = higher;
    starts = partitionByLevel(points.values, penalty, SHORTEST_LEVEL);
  }
  return { starts, penalty };
}

/** The best partition of what a slope leaves, the slope that all segments share, and so on until they agree. */
function partitionOnSlope(points: Points, first: readonly number[], penalty: number): readonly number[] {
  let starts = first;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { slope } = fitLevels(points, starts, true);
    const level = points.values.map((value, i) => value - slope * points.days[i]!);
    const next = partitionByLevel(level, penalty, SHORTEST_LEVEL);
    if (next.join() === starts.join()) break;
    starts = next;
  }
  return starts;
}

/**
 * The variance of one value times n/n*, from the mean squares of differences: over k days 2σ²(1 - φᵏ) in an AR(1)
 * process, so those over two days and over one give 1 + φ (as in AR1seg: Chakar et al. 2017, there with medians). A
 * change of level adds one difference in n.
 */
function varianceOfDifferences(values: Float64Array): number {
  const overOne = meanSquareApart(values, 1);
  const phi = Math.max(0, Math.min(LARGEST_PHI, meanSquareApart(values, 2) / overOne - 1));
  return (overOne / (2 * (1 - phi))) * inflationOfMean(values.length, phi);
}

function meanSquareApart(values: Float64Array, distance: number): number {
  let sum = 0;
  for (let i = distance; i < values.length; i++) sum += (values[i]! - values[i - distance]!) ** 2;
  return sum / (values.length - distance);
}

function describeChanges(prepared: Prepared, { model, season }: Explained, unit: number): ChangePoint[] {
  const { raw, clipped, scale } = prepared;
  const { starts, slope, pValues } = model;
  const bounds = [0, ...starts, clipped.length];
  return starts.map((start, i) => {
    const [from, to] = [bounds[i]!, bounds[i + 2]!];
    const index = raw.days[start]!;
    // Between the last day of the old level and the first of the new one.
    const moment = (raw.days[start - 1]! + index) / 2;
    const atChange = (values: Float64Array) =>
      values.map((value, j) => value - scale * (season[j]! + slope * (raw.days[j]! - moment)));
    const [before, after] = tellLevels(atChange(raw.values), atChange(clipped), [from, start, to]);
    return {
      index,
      before: toFinite(before * unit),
      after: toFinite(after * unit),
      daysBefore: start - from,
      daysAfter: to - start,
      pValue: Math.min(1, pValues[i]! * starts.length),
    };
  });
}

/** Medians, or means without outliers where the medians are equal or say the opposite. */
function tellLevels(
  raw: Float64Array,
  clipped: Float64Array,
  [from, start, to]: [number, number, number],
): [before: number, after: number] {
  const means = [meanOf(clipped.subarray(from, start)), meanOf(clipped.subarray(start, to))] as const;
  const medians = [median(raw.subarray(from, start)), median(raw.subarray(start, to))] as const;
  const agree = Math.sign(medians[1] - medians[0]) === Math.sign(means[1] - means[0]);
  return agree && !isBinary(raw) ? [...medians] : [...means];
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
