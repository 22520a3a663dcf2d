import { describe, expect, it } from 'vitest';
import { forecast } from '../../../src/analysis/forecasts/forecast.ts';
import { isSilence } from '../../../src/analysis/silence.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';
import {
  drawDrift,
  drawHeavyTails,
  drawWalk,
  drawWeekly,
  loseBlocks,
  loseDays,
  toRatings,
  weekly,
} from './histories.ts';

const SEEDS = 120;
const DAYS = 200;
const HORIZON = 7;

type Draw = (days: number, uniform: () => number) => Float64Array;

/**
 * The share that gets a forecast; of these the mean of their coverage, and the share of the week after that they hold.
 */
function simulate(draw: Draw) {
  let [given, coverage, inside, held] = [0, 0, 0, 0];
  for (let seed = 0; seed < SEEDS; seed++) {
    const all = draw(DAYS + HORIZON, seedUniform(7919 * seed + 13));
    const answer = forecast(all.subarray(0, DAYS), seed);
    if (isSilence(answer)) continue;
    given++;
    coverage += answer.coverage;
    for (const { index, low, high } of answer.points) {
      if (Number.isNaN(all[index]!)) continue;
      held++;
      if (all[index]! >= low && all[index]! <= high) inside++;
    }
  }
  return { given: given / SEEDS, coverage: coverage / given, inside: inside / held };
}

describe('forecasts of simulated histories', () => {
  it.each<[string, Draw]>([
    ['white noise', (days, uniform) => drawAutoregressive(days, 0, uniform)],
    ['AR(1) noise, φ = 0.6', (days, uniform) => drawAutoregressive(days, 0.6, uniform)],
    ['random walks', drawWalk],
    ['heavy tails', drawHeavyTails],
    ['ratings', (days, uniform) => toRatings(drawAutoregressive(days, 0.3, uniform))],
  ])('are refused for %s', (_, draw) => {
    expect(simulate(draw).given).toBeLessThanOrEqual(0.05);
  });

  it.each<[string, number, Draw]>([
    ['a weekly rhythm', 0.9, (days, uniform) => drawWeekly(days, 1, 0.5, uniform)],
    ['a weekly rhythm of ratings', 0.7, (days, uniform) => toRatings(drawWeekly(days, 1, 0.3, uniform))],
    ['a weekly rhythm, heavy tails', 0.9, (days, u) => drawHeavyTails(days, u).map((x, day) => x + weekly(1.7, day))],
    ['a weekly rhythm, 20 % missing', 0.8, (days, uniform) => loseDays(drawWeekly(days, 1, 0, uniform), 0.2, uniform)],
    ['a weekly rhythm, weeks missing', 0.8, (days, uniform) => loseBlocks(drawWeekly(days, 1, 0, uniform), uniform)],
    ['a trend', 0.9, (days, uniform) => drawAutoregressive(days, 0, uniform).map((x, day) => x + 0.05 * day)],
    ['a drift', 0.15, (days, uniform) => drawDrift(days, 0.3, uniform)],
  ])('are given for %s and hold what they promise', (_, least, draw) => {
    const { given, coverage, inside } = simulate(draw);
    expect(given).toBeGreaterThanOrEqual(least);
    expect(coverage).toBeGreaterThan(0.87);
    expect(coverage).toBeLessThan(0.93);
    // 120 weeks hold some chance of their own, and fewer where few get a forecast.
    expect(Math.abs(inside - 0.9)).toBeLessThan(given > 0.5 ? 0.035 : 0.1);
  });
});
