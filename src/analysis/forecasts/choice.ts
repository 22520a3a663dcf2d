import { type Candidate, candidates } from './candidates.ts';
import type { History } from './history.ts';
import { blankTrace, smooth, type Trace } from './trace.ts';

const DAYS_PER_WEEK = 7;

/** Values with 0 for gaps, and what an error on each day counts: 0 where none is looked at. */
type Targets = { values: Float64Array; weights: Float64Array };

/**
 * The model and parameters with the least mean absolute error over the days that choose, all horizons together; each
 * day counts the same, however many forecasts reach it. The days that judge are not looked at. Of equals the simplest.
 */
export function chooseCandidate(history: History): Candidate {
  const targets = weighTargets(history);
  const trace = blankTrace(history);
  let best = candidates[0]!;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const loss = sumLosses(history, targets, smooth(history, candidate.parameters, history.judgeFrom, trace));
    if (loss >= least) continue;
    best = candidate;
    least = loss;
  }
  return best;
}

function weighTargets({ values, origin, horizon, chooseFrom, judgeFrom }: History): Targets {
  const weights = new Float64Array(judgeFrom);
  for (let day = chooseFrom; day < judgeFrom; day++) {
    if (Number.isNaN(values[day]!)) continue;
    let forecasts = 0;
    for (let from = Math.max(origin, day - horizon); from < day; from++) {
      if (!Number.isNaN(values[from]!)) forecasts++;
    }
    if (forecasts > 0) weights[day] = 1 / forecasts;
  }
  return { values: values.map((value) => (Number.isNaN(value) ? 0 : value)), weights };
}

/** Σ weight·|error|. Flat loops that do not ask for gaps among the days ahead: most of a forecast's time goes here. */
function sumLosses(history: History, { values, weights }: Targets, trace: Trace): number {
  const { levels, trends, seasons, damped } = trace;
  let sum = 0;
  for (let day = Math.max(history.origin, history.chooseFrom - history.horizon); day < weights.length; day++) {
    if (Number.isNaN(history.values[day]!)) continue;
    const level = levels[day]!;
    const trend = trends[day]!;
    const last = Math.min(history.horizon, weights.length - 1 - day);
    for (let ahead = 1; ahead <= last; ahead++) {
      const season = seasons[ahead <= DAYS_PER_WEEK ? day + ahead : day + 1 + ((ahead - 1) % DAYS_PER_WEEK)]!;
      sum += weights[day + ahead]! * Math.abs(values[day + ahead]! - level - damped[ahead - 1]! * trend - season);
    }
  }
  return sum;
}
