import { runInThread } from '../../src/platform/thread-pool.ts';
import { METHODS, type Method } from './methods.ts';
import { type Noise, noise, type Planted } from './noise.ts';
import type { PermutationOutcome, PermutationTrial } from './permutation.ts';
import { addOutcomes, type Outcome, type Trial } from './trial.ts';

const trialModule = new URL('./trial.ts', import.meta.url);
const permutationModule = new URL('./permutation.ts', import.meta.url);
const THREADS = 2;
const LENGTHS = [30, 365, 1825];
const POWER_DAYS = [120, 180, 365];
const PLANTED: [name: string, effect: Omit<Planted, 'r'>][] = [
  ['white, white', { driverPhi: 0, noisePhi: 0 }],
  ['φ = 0.6, white', { driverPhi: 0.6, noisePhi: 0 }],
  ['white, φ = 0.6', { driverPhi: 0, noisePhi: 0.6 }],
  ['φ = 0.6, φ = 0.6', { driverPhi: 0.6, noisePhi: 0.6 }],
  ['white, lasting φ = 0.6', { driverPhi: 0, noisePhi: 0.6, lasting: true }],
  ['φ = 0.6, φ = 0.6, Sundays and trends', { driverPhi: 0.6, noisePhi: 0.6, hasCalendar: true }],
];

/** Share of histories of independent metrics with a finding, by every method, n = 120. */
export async function compareMethods(histories: number): Promise<void> {
  printHead('noise, 120 days', METHODS);
  for (const kind of Object.keys(noise) as Noise[]) {
    const outcome = await run({ source: { noise: kind }, days: 120, histories, compares: true });
    printRow(kind, ...METHODS.map((name) => share(outcome.counts[name].fooled, outcome.histories)));
  }
}

/** The method in use on all lengths of history: share with a finding, and level of the single test. */
export async function followLengths(histories: number): Promise<void> {
  const names = LENGTHS.flatMap((days) => [`${days} days`, '≤ 0.05 · 0.01 · 0.001']);
  printHead('noise', names);
  for (const kind of Object.keys(noise) as Noise[]) {
    const cells: string[] = [];
    for (const days of LENGTHS) {
      const outcome = await run({ source: { noise: kind }, days, histories, compares: false });
      cells.push(share(outcome.counts.used.fooled, histories), describeLevels(outcome, 'used'));
    }
    printRow(kind, ...cells);
  }
}

/** The levels of the single test by every method, n = 120. */
export async function compareLevels(histories: number): Promise<void> {
  printHead('level at 0.05 · 0.01 · 0.001, 120 days', METHODS);
  for (const kind of ['white', 'AR(1) φ = 0.6', 'AR(1) φ = 0.95', 'slow state beneath white noise'] as const) {
    const outcome = await run({ source: { noise: kind }, days: 120, histories, compares: true });
    printRow(kind, ...METHODS.map((name) => describeLevels(outcome, name)));
  }
}

/** How often an effect at lag 1 is found at that lag, by every method. */
export async function comparePower(histories: number): Promise<void> {
  printHead('driver, rest of the outcome', ['r', 'days', ...METHODS]);
  for (const [name, effect] of PLANTED) {
    for (const r of [0.3, 0.5]) {
      for (const days of POWER_DAYS) {
        const outcome = await run({ source: { planted: { ...effect, r } }, days, histories, compares: true });
        const found = METHODS.map((method) => share(outcome.counts[method].found, outcome.histories));
        printRow(name, String(r), String(days), ...found);
      }
    }
  }
}

/** Permutation beside the method in use: level and power of a single test at 0.05 and 0.01, and what one costs. */
export async function comparePermutations(pairs: number): Promise<void> {
  const planted = { r: 0.3, driverPhi: 0.6, noisePhi: 0.6 };
  const cases: [string, Pick<PermutationTrial, 'phi' | 'planted'>][] = [
    ...[0, 0.6, 0.8, 0.95].map((phi): [string, { phi: number }] => [`independent, φ = ${phi}`, { phi }]),
    ['r = 0.3, φ = 0.6', { phi: 0.6, planted }],
  ];
  let isHeadDue = true;
  for (const [name, given] of cases) {
    const parts = await Promise.all(
      split(pairs).map(([from, count]) =>
        runInThread<PermutationOutcome>(permutationModule, 'runPermutations', {
          ...given,
          days: 120,
          from,
          pairs: count,
        }),
      ),
    );
    const names = Object.keys(parts[0]!);
    if (isHeadDue) printHead('share ≤ 0.05 · 0.01 (µs a test), 120 days', names);
    isHeadDue = false;
    printRow(
      name,
      ...names.map((method) =>
        describePermutation(
          parts.map((part) => part[method]!),
          pairs,
        ),
      ),
    );
  }
}

function describePermutation(parts: PermutationOutcome[string][], pairs: number): string {
  const sum = (pick: (part: PermutationOutcome[string]) => number) =>
    parts.reduce((total, part) => total + pick(part), 0);
  const levels = [0, 1]
    .map((i) =>
      share(
        sum(({ below }) => below[i]!),
        pairs,
      ),
    )
    .join(' · ');
  return `${levels} (${Math.round((1000 * sum(({ milliseconds }) => milliseconds)) / pairs)})`;
}

async function run(trial: Omit<Trial, 'from'>): Promise<Outcome> {
  const parts = split(trial.histories).map(([from, histories]) =>
    runInThread<Outcome>(trialModule, 'runTrial', { ...trial, from, histories } satisfies Trial),
  );
  return (await Promise.all(parts)).reduce(addOutcomes);
}

/** So many, shared out over the threads: where each begins and how many it has. */
function split(count: number): [from: number, count: number][] {
  const size = Math.ceil(count / THREADS);
  return Array.from({ length: THREADS }, (_, i): [number, number] => [
    i * size,
    Math.min(size, count - i * size),
  ]).filter(([, own]) => own > 0);
}

function describeLevels({ counts, tests }: Outcome, name: Method): string {
  if (tests === 0) return 'too few days';
  return counts[name].below.map((below, i) => ((100 * below) / tests).toFixed(1 + i)).join(' · ');
}

const share = (count: number, of: number): string => `${Number(((100 * count) / of).toFixed(1))} %`;

function printHead(first: string, columns: readonly string[]): void {
  printRow(first, ...columns);
  console.log(`|${'---|'.repeat(columns.length + 1)}`);
}

const printRow = (...cells: string[]): void => console.log(`| ${cells.join(' | ')} |`);
