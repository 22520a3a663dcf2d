import { testFamily } from '../src/analysis/correlations/correlations.ts';
import { drawLife } from '../bench/analysis/life.ts';
import { alignAll } from '../src/analysis/series/alignment.ts';
const life = alignAll(drawLife({ metrics: 40, days: 1825, missing: 0.25, seed: 5, firstDay: 18900 }), 1e9);
for (let i = 0; i < 4; i++) { const s = performance.now(); const f = testFamily(life, ['PEARSON', 'SPEARMAN'], { maxLagDays: 7, tautologies: [] }); console.log(f.familySize, (performance.now() - s).toFixed(0), 'ms', f.results.filter((r) => r.isSignificant).length); }
