import { testFamily } from '../../src/analysis/correlations/correlations.ts';
import { type AlignedSeries, alignAll } from '../../src/analysis/series/alignment.ts';
import { type Answers, compareWithPeer } from './comparison.ts';
import { drawLife } from './life.ts';
import { type PeerRun, runPeer } from './peer.ts';

const shape = { metrics: 40, days: 1825, missing: 0.25, seed: 5, firstDay: 18_900 };
const maxLag = 7;
/** By whom the peer's coefficients are computed. NumPy's are quicker, since they come without a p-value of their own. */
const coefficients = { 'a SciPy and statsmodels loop': 'scipy', 'the same loop with NumPy coefficients': 'numpy' };

/**
 * All correlation tests of 40 metrics over five years, a quarter of the days missing, lags 0 to 7 both ways, Pearson and
 * Spearman: 23,400 tests from the days to p and q, with both coefficients, n and effective n of each. The search for
 * tautologies is left out on both sides: no library has one. The peer takes long, and runs once.
 */
export async function comparePipeline(): Promise<void> {
  const life = alignAll(drawLife(shape), shape.firstDay + shape.days);
  const values = Float64Array.from(life.series.flatMap((one) => [...one.values]));
  const given = { columns: life.series.length, maxLag, firstDay: life.firstDay };
  for (const [peerName, by] of Object.entries(coefficients)) {
    let run: Promise<PeerRun> | undefined;
    await compareWithPeer({
      label: `p and q of ${shape.metrics} metrics, ${shape.days} days, lags 0 to ${maxLag}, no tautologies`,
      peerName,
      product: () => answer(life),
      peer: () => (run ??= runPeer('pipeline.py', { values }, { ...given, coefficients: by })),
    });
  }
}

function answer(life: AlignedSeries): Answers {
  const { results } = testFamily(life, ['PEARSON', 'SPEARMAN'], { maxLagDays: maxLag, tautologies: [] });
  return {
    n: Float64Array.from(results, ({ n }) => n),
    effectiveN: Float64Array.from(results, ({ effectiveN }) => effectiveN),
    raw: Float64Array.from(results, ({ coefficient }) => coefficient),
    adjusted: Float64Array.from(results, ({ adjustedCoefficient }) => adjustedCoefficient),
    p: Float64Array.from(results, ({ pValue }) => pValue),
    q: Float64Array.from(results, ({ qValue }) => qValue),
  };
}
