import { upperGamma } from '../distributions/incomplete-gamma.ts';

/** Third and fourth standardized moments; both are 0 for a normal distribution, and for a constant. */
export type Shape = { skewness: number; excessKurtosis: number };

/**
 * Below this skewness of r the gamma tail and the normal one agree, and its shape parameter, 4/skew², would only get
 * huge.
 */
const NEGLIGIBLE_SKEWNESS = 0.01;

/** The moments m₃/m₂^1.5 and m₄/m₂² - 3 of values without NaN. */
export function describeShape(values: Float64Array): Shape {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  const mean = sum / n;
  let [squares, cubes, fourths] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const deviation = values[i]! - mean;
    const square = deviation * deviation;
    squares += square;
    cubes += square * deviation;
    fourths += square * square;
  }
  const [second, third, fourth] = [squares / n, cubes / n, fourths / n];
  if (!(second > 0)) return { skewness: 0, excessKurtosis: 0 };
  return { skewness: third / second ** 1.5, excessKurtosis: fourth / second ** 2 - 3 };
}

/**
 * Two-sided p-value of a correlation r whose null distribution is skewed or heavy-tailed because both sides are: a
 * shifted gamma (Pearson type III) with the moments of r under permutation, skewness γ₁ₐγ₁ᵦ/√n and excess kurtosis
 * γ₂ₐγ₂ᵦ/n (Pitman 1937; the gamma fit is Mielke & Berry's), n being the effective one. Where the kurtosis says more
 * than the skewness, the gamma that has this kurtosis (1.5 skew²) is taken, on whichever side r lies. 0 where neither
 * matters: this is a floor under Student's p-value, not a replacement.
 *
 * Student's t takes two rare habits that coincide twice, or two sprees that meet at one of 29 lags, for near certainty.
 * Share of noise histories with a finding without this floor and with it (8 metrics, 120 days, lags 0–14, both methods
 * in one family, q ≤ 0.10, 40 histories each): yes/no with 16 % yes, φ = 0.6, 28 and 0 %; with 5 % yes, φ = 0.3, 100
 * and 0 %; log-normal, φ = 0.6, 73 and 10 %; cubed normal, φ = 0.3, 88 and 3 %; normal, φ = 0.6, 5 and 5 %. The price: a
 * true link between two habits of 16 % yes, latent r = 0.5 a day later, is seen in 32 % of 180 and 78 % of 365 days; at
 * latent r = 0.8 always (60 histories each).
 */
export function gammaTailPValue(r: number, effectiveN: number, a: Shape, b: Shape): number {
  if (effectiveN <= 3) return 1;
  const skew = Math.sign(r) * a.skewness * b.skewness;
  const kurtosis = Math.max(0, a.excessKurtosis) * Math.max(0, b.excessKurtosis);
  const tail = Math.max(skew, Math.sqrt(kurtosis / 1.5)) / Math.sqrt(effectiveN);
  if (!(tail > NEGLIGIBLE_SKEWNESS)) return 0;
  const shape = 4 / (tail * tail);
  const z = Math.abs(r) * Math.sqrt(effectiveN - 1);
  return Math.min(1, 2 * upperGamma(shape, shape + z * Math.sqrt(shape)));
}
