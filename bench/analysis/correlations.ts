import { type ColumnBank, openBank } from '../../src/analysis/kernels/column-bank.ts';
import { drawNormal, seedUniform } from '../../test/analysis/noise.ts';
import { type Answers, compareWithPeer } from './comparison.ts';
import { runPeer } from './peer.ts';

const { NaN: missing } = Number;

/**
 * Spearman's rho of 40 metrics over five years, a quarter of the days missing, half of the metrics ratings from 1 to 5, at
 * lags 0 to 7 both ways: 780 pairs, 11,700 coefficients.
 */
export async function compareSpearmanLags(): Promise<void> {
  const [columns, days, maxLag] = [40, 1825, 7];
  const values = drawColumns(columns, days, 0.25, columns / 2);
  const bank = openBank(days, columns);
  await compareWithPeer({
    label: `Spearman, ${columns} metrics of ${days} days, lags 0 to ${maxLag} both ways`,
    peerName: 'pandas',
    product: () => answerSpearman(bank, values, maxLag),
    peer: () => runPeer('spearman_lags.py', { values }, { columns, maxLag }),
  });
}

/** Pearson's r of every two of 200 metrics over ten years on the same day, a fifth of the days missing. */
export async function comparePearsonMatrix(): Promise<void> {
  const [columns, days] = [200, 3650];
  const values = drawColumns(columns, days, 0.2, 0);
  const bank = openBank(days, columns);
  await compareWithPeer({
    label: `Pearson matrix, ${columns} metrics of ${days} days`,
    peerName: 'pandas',
    product: () => answerPearson(bank, values),
    peer: () => runPeer('pearson_matrix.py', { values }, { columns }),
  });
}

/** The metrics one after the other; the last ones are ratings. */
function drawColumns(columns: number, days: number, missingShare: number, ratings: number): Float64Array {
  const uniform = seedUniform(20_26);
  return Float64Array.from({ length: columns * days }, (_, i) => {
    const value = drawNormal(uniform);
    if (uniform() < missingShare) return missing;
    return i < (columns - ratings) * days ? value : Math.min(5, Math.max(1, Math.round(3 + value)));
  });
}

/** A bank stays open, so opening it is not measured; handing over the columns is, and so is sorting them. */
function fill(bank: ColumnBank, values: Float64Array): void {
  for (let slot = 0; slot < bank.capacity; slot++) {
    bank.set(slot, values.subarray(slot * bank.length, (slot + 1) * bank.length));
  }
}

function answerSpearman(bank: ColumnBank, values: Float64Array, maxLag: number): Answers {
  fill(bank, values);
  const lags = 2 * maxLag + 1;
  const profiles = new Float64Array(((bank.capacity * (bank.capacity - 1)) / 2) * lags);
  let next = 0;
  for (let a = 0; a < bank.capacity; a++) {
    for (let b = a + 1; b < bank.capacity; b++, next += lags) {
      profiles.set(bank.spearman(a, b, maxLag).coefficients, next);
    }
  }
  return { profiles };
}

function answerPearson(bank: ColumnBank, values: Float64Array): Answers {
  fill(bank, values);
  return { matrix: bank.pearsonMatrix(Array.from({ length: bank.capacity }, (_, slot) => slot)).coefficients };
}
