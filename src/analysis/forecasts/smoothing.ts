const DAYS_PER_WEEK = 7;

/**
 * α, β*, γ* and the damping φ, each in 0..1, of the component form of Hyndman & Athanasopoulos (Forecasting:
 * Principles and Practice, chapter on exponential smoothing), which R's HoltWinters has, too; β and γ of their
 * state-space form are αβ* and γ*(1-α). β* = 0 is a model without trend, γ* = 0 one without a weekly rhythm.
 */
export type SmoothingParameters = { alpha: number; beta: number; gamma: number; phi: number };

/**
 * What exponential smoothing knows after a day: the level, the trend per day and, by weekday (0 = Monday), how far from
 * the level that day lies. `levelWeight` and `seasonWeights` are how many values these are worth: they tend to 1/α and
 * 1/γ*.
 */
export type SmoothingState = {
  level: number;
  trend: number;
  season: Float64Array;
  levelWeight: number;
  seasonWeights: Float64Array;
};

/**
 * The state that the first values suggest (NaN = missing, at least one is there): their mean, no trend and, if γ* > 0,
 * each weekday's mean distance from the mean. A mean of n values weighs n, so the first gain is about 1/(n + 1) and
 * falls to α from there: nothing of the start is a guess that has to be forgotten.
 * @param weekday of index 0, 0 = Monday
 */
export function startState(
  values: Float64Array,
  weekday: number,
  { alpha, gamma }: SmoothingParameters,
): SmoothingState {
  const present = values.filter((value) => !Number.isNaN(value));
  const level = present.reduce((sum, value) => sum + value, 0) / present.length;
  const season = new Float64Array(DAYS_PER_WEEK);
  const counts = new Float64Array(DAYS_PER_WEEK);
  values.forEach((value, day) => {
    if (Number.isNaN(value) || gamma === 0) return;
    const at = (weekday + day) % DAYS_PER_WEEK;
    counts[at]!++;
    season[at]! += (value - level - season[at]!) / counts[at]!;
  });
  const seasonWeights = counts.map((count) => Math.min(count, 1 / gamma));
  return { level, trend: 0, season, levelWeight: Math.min(present.length, 1 / alpha), seasonWeights };
}

/**
 * Takes a day's value into the state, in place. With e = y - (ℓ + φb + s) the level becomes ℓ + φb + e/W, the trend φb
 * + αβ*e and the weekday's distance s + (1 - 1/W)e/V, where W and V grow as the weights of exponentially weighted
 * means do, W ← 1 + (1-α)W and V ← 1 + (1-γ*)V; once they are 1/α and 1/γ* these are the recursions of the textbook. A
 * missing day (NaN) teaches nothing: the level goes on by the trend, and the trend is damped.
 */
export function advance(state: SmoothingState, parameters: SmoothingParameters, value: number, weekday: number): void {
  const drift = parameters.phi * state.trend;
  const error = value - (state.level + drift + state.season[weekday]!);
  state.level += drift;
  state.trend = drift;
  if (Number.isNaN(error)) return;
  state.levelWeight = 1 + (1 - parameters.alpha) * state.levelWeight;
  const gain = 1 / state.levelWeight;
  state.level += gain * error;
  state.trend += parameters.alpha * parameters.beta * error;
  if (parameters.gamma === 0) return;
  const weight = 1 + (1 - parameters.gamma) * state.seasonWeights[weekday]!;
  state.seasonWeights[weekday] = weight;
  state.season[weekday]! += ((1 - gain) * error) / weight;
}

/** φ + φ² + … + φʰ for h = 1..`horizon`: how many days' worth of the trend lie between today and the h-th day ahead. */
export function dampedDays(phi: number, horizon: number): Float64Array {
  const days = new Float64Array(horizon);
  for (let h = 0; h < horizon; h++) days[h] = phi * (1 + (days[h - 1] ?? 0));
  return days;
}
