import { logGamma } from './incomplete-beta.ts';

const TINY = 1e-300;
const MAX_STEPS = 100_000;

/**
 * The regularized upper incomplete gamma function Q(a, x) = Γ(a, x)/Γ(a), for a ≥ 0.5 (NIST DLMF 8.2.4): the chance
 * that a gamma variable of shape a and scale 1 exceeds x. Series below the mean, continued fraction above it, where the
 * tail keeps its relative precision.
 */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - front * lowerSeries(a, x) : front * upperFraction(a, x);
}

/** Σ xᵏ / (a (a+1) … (a+k)), DLMF 8.7.1. */
function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; k <= MAX_STEPS && term > sum * Number.EPSILON; k++) {
    term *= x / (a + k);
    sum += term;
  }
  return sum;
}

/** DLMF 8.9.2, evaluated forwards with Lentz's method as modified by Thompson and Barnett. */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let value = d;
  for (let k = 1; k <= MAX_STEPS; k++) {
    const term = -k * (k - a);
    b += 2;
    d = 1 / avoidZero(term * d + b);
    c = avoidZero(b + term / c);
    value *= c * d;
    if (Math.abs(c * d - 1) < Number.EPSILON) break;
  }
  return value;
}

function avoidZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
