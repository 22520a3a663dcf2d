/** Lanczos coefficients for g = 7, n = 9 (P. Godfrey); relative error of gamma below 1e-14 for x > 0.5. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const TINY = 1e-300;
const MAX_STEPS = 10_000;

/** ln Γ(x) for x ≥ 0.5 by Lanczos' approximation. */
export function logGamma(x: number): number {
  const shifted = x - 1;
  const base = shifted + 7.5;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (shifted + i);
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum);
}

/**
 * The regularized incomplete beta function I_x(a, b), for a, b ≥ 0.5, by its continued fraction (NIST DLMF 8.17.22).
 * `complement` is 1 - x: the caller often knows it more exactly than the subtraction would give it, and it keeps its
 * digits where x is close to 1.
 */
export function regularizedBeta(x: number, complement: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (complement <= 0) return 1;
  // The fraction converges fast only left of the mean; right of it the mirrored one does (DLMF 8.17.4).
  const isLeft = x <= (a + 1) / (a + b + 2);
  return isLeft ? leftBeta(x, complement, a, b) : 1 - leftBeta(complement, x, b, a);
}

function leftBeta(x: number, complement: number, a: number, b: number): number {
  const logBeta = logGamma(a) + logGamma(b) - logGamma(a + b);
  const front = Math.exp(a * Math.log(x) + b * Math.log(complement) - logBeta);
  return (front * betaFraction(x, a, b)) / a;
}

/** The continued fraction of I_x(a, b), evaluated forwards with Lentz's method as modified by Thompson and Barnett. */
function betaFraction(x: number, a: number, b: number): number {
  let d = 1 / avoidZero(1 - ((a + b) * x) / (a + 1));
  let c = 1;
  let value = d;
  for (let m = 1; m <= MAX_STEPS; m++) {
    for (const term of fractionTerms(m, x, a, b)) {
      d = 1 / avoidZero(1 + term * d);
      c = avoidZero(1 + term / c);
      value *= c * d;
    }
    if (Math.abs(c * d - 1) < Number.EPSILON) return value;
  }
  return value;
}

/** Terms 2m and 2m + 1 of the continued fraction. */
function fractionTerms(m: number, x: number, a: number, b: number): [number, number] {
  const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
  const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
  return [even, odd];
}

function avoidZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
