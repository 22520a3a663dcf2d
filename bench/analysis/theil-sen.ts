import { medianSlope } from '../../src/analysis/trends/median-slope.ts';
import type { Points } from '../../src/analysis/trends/points.ts';
import { median } from '../../src/analysis/trends/rank-selection.ts';
import { drawAutoregressive, seedUniform } from '../../test/analysis/noise.ts';
import { compareWithPeer } from './comparison.ts';
import { runPeer } from './peer.ts';

/** Theil–Sen's line through 5,000 values of AR(1) noise that rises by a standard deviation: 12 million slopes. */
export async function compareTheilSen(): Promise<void> {
  const n = 5000;
  const values = drawAutoregressive(n, 0.3, seedUniform(20_26)).map((value, day) => value + day / n);
  const days = Float64Array.from(values.keys());
  await compareWithPeer({
    label: `Theil–Sen's line through ${n} values`,
    peerName: 'SciPy',
    product: () => ({ line: fitLine({ days, values }) }),
    peer: () => runPeer('theil_sen.py', { days, values }, {}),
  });
}

function fitLine(points: Points): Float64Array {
  const slope = medianSlope(points);
  return Float64Array.of(slope, median(points.values) - slope * median(points.days));
}
