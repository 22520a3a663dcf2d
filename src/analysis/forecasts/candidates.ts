import type { SmoothingParameters } from './smoothing.ts';

/** (A,N,N), (A,Ad,N), (A,N,A) and (A,Ad,A) in the notation of Hyndman & Athanasopoulos, with a season of seven days. */
export type SmoothingModel = 'SIMPLE' | 'DAMPED_TREND' | 'WEEKLY' | 'DAMPED_TREND_WEEKLY';
/** A model with all its parameters. */
export type Candidate = { model: SmoothingModel; parameters: SmoothingParameters };

type Grid = Record<keyof SmoothingParameters, number[]>;

/** No α of 1: that is the naive forecast itself. */
const GRIDS: [SmoothingModel, Grid][] = [
  ['SIMPLE', { alpha: [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9], beta: [0], gamma: [0], phi: [1] }],
  ['DAMPED_TREND', { alpha: [0.05, 0.1, 0.25, 0.6], beta: [0.05, 0.2], gamma: [0], phi: [0.9, 0.98] }],
  ['WEEKLY', { alpha: [0.02, 0.05, 0.1, 0.2, 0.4, 0.7], beta: [0], gamma: [0.02, 0.1, 0.3], phi: [1] }],
  ['DAMPED_TREND_WEEKLY', { alpha: [0.05, 0.1, 0.25], beta: [0.05, 0.2], gamma: [0.02, 0.1], phi: [0.98] }],
];

/** Every model with every set of parameters that is tried, the simplest models first. */
export const candidates: readonly Candidate[] = GRIDS.flatMap(([model, grid]) =>
  combine(grid).map((parameters) => ({ model, parameters })),
);

function combine({ alpha, beta, gamma, phi }: Grid): SmoothingParameters[] {
  let sets = alpha.map((value) => ({ alpha: value, beta: 0, gamma: 0, phi: 1 }));
  sets = sets.flatMap((set) => beta.map((value) => ({ ...set, beta: value })));
  sets = sets.flatMap((set) => gamma.map((value) => ({ ...set, gamma: value })));
  return sets.flatMap((set) => phi.map((value) => ({ ...set, phi: value })));
}
