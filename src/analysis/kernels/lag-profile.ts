/**
 * What a pair says at the lags from -maxLag to maxLag: `coefficients[maxLag + lag]` over `counts[maxLag + lag]` common
 * days. A lag ≥ 0 puts a on day t beside b on day t + lag; at a lag < 0 b leads. A coefficient is NaN where there are
 * fewer than 2 common days, where a side is constant over them, and for Pearson where one of them is infinite.
 */
export type LagProfile = { coefficients: Float64Array; counts: Int32Array };

export function createProfile(size: number): LagProfile {
  return { coefficients: new Float64Array(size), counts: new Int32Array(size) };
}
