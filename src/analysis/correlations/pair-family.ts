import { type ColumnBank, openBank } from '../kernels/column-bank.ts';
import { readCalendar } from '../series/adjust.ts';
import { type DailySeries, normalizeScale } from '../series/daily-series.ts';
import type { News } from './carry-over.ts';
import { pairAtLag } from './correlation.ts';
import { weighDistances } from './effective-size.ts';
import {
  type CorrelationMethod,
  judgeNews,
  type LaggedTest,
  type PreparedSeries,
  prepareSeries,
  spendFitted,
  varyTogether,
} from './lagged-test.ts';
import { profileNews } from './news-profile.ts';

/** A series readied for some methods, with the slots of the bank that hold its values, and its news by method. */
export type Subject = { id: string; prepared: PreparedSeries[]; slot: number; newsSlots: number[] };
/** Series side by side, and the bank they are in; `spare` is a slot for what is needed only once. */
export type Subjects = { bank: ColumnBank; spare: number; all: Subject[] };
/** Which tests are made of a pair. */
export type PairOptions = { maxLagDays: number; minPairs: number };

type Pair = { a: Subject; b: Subject; distances: (lag: number) => ArrayLike<number> };

/** Readies series of one length for the tests of their pairs. `firstDay` is the civil day of index 0. */
export function prepareSubjects(
  series: readonly DailySeries[],
  firstDay: number,
  methods: readonly CorrelationMethod[],
): Subjects {
  const slotsEach = 1 + methods.length;
  const spare = series.length * slotsEach;
  const bank = openBank(series[0]?.values.length ?? 0, spare + 1);
  const all = series.map((one, place): Subject => {
    const calendar = readCalendar(one.values, firstDay);
    const prepared = methods.map((method) => prepareSeries(one, firstDay, method, calendar));
    const slot = place * slotsEach;
    bank.set(slot, normalizeScale(one.values));
    prepared.forEach(({ news }, i) => bank.set(slot + 1 + i, news.values));
    return { id: one.id, prepared, slot, newsSlots: prepared.map((_, i) => slot + 1 + i) };
  });
  return { bank, spare, all };
}

/**
 * All tests of a pair, by method, then lag, then direction, a leading first: those of `testAtLag` to 1e-10, with the
 * coefficients of all lags at once from the kernels.
 */
export function testPairAtLags(subjects: Subjects, a: Subject, b: Subject, options: PairOptions): LaggedTest[] {
  const pair: Pair = { a, b, distances: rememberDistances(subjects.bank, a, b) };
  return a.prepared.flatMap((_, row) => testByMethod(subjects, pair, row, options));
}

function testByMethod({ bank, spare }: Subjects, pair: Pair, row: number, options: PairOptions): LaggedTest[] {
  const { maxLagDays, minPairs } = options;
  const { a, b } = pair;
  const [x, y] = [a.prepared[row]!, b.prepared[row]!];
  const slots = { a: a.newsSlots[row]!, b: b.newsSlots[row]!, spare };
  const news = profileNews(bank, slots, [x, y], maxLagDays);
  const borrowed = [news.ahead, news.behind].find((one) => one !== x.news && one !== y.news);
  borrowed?.takeProducts(bank.ownProducts(spare));
  const raw = bank[x.method === 'PEARSON' ? 'pearson' : 'spearman'](a.slot, b.slot, maxLagDays).coefficients;
  const tests: LaggedTest[] = [];
  for (const lag of listLags(maxLagDays)) {
    const [driver, outcome] = lag >= 0 ? [x, y] : [y, x];
    const n = news.counts[maxLagDays + lag]!;
    if (n < minPairs || !varyTogether(driver, outcome, Math.abs(lag), n)) continue;
    const driverNews = lag > 0 ? news.ahead : lag < 0 ? news.behind : x.news;
    const coefficients = { coefficient: raw[maxLagDays + lag]!, r: news.coefficients[maxLagDays + lag]! };
    tests.push({ ...finishTest(pair, [driver, outcome], lag, driverNews, coefficients), n });
  }
  return tests;
}

function finishTest(
  { distances }: Pair,
  [driver, outcome]: [PreparedSeries, PreparedSeries],
  lag: number,
  driverNews: News,
  { coefficient, r }: { coefficient: number; r: number },
): Omit<LaggedTest, 'n'> {
  const lagDays = Math.abs(lag);
  const [own, others] = [driverNews.autocorrelations, outcome.news.autocorrelations];
  const effectiveN = spendFitted(driver, outcome, weighDistances(distances(lag), own, others));
  const judged = judgeNews(r, effectiveN, () => pairAtLag(driverNews.values, outcome.news.values, lagDays));
  return { driver: driver.id, outcome: outcome.id, lagDays, method: driver.method, coefficient, effectiveN, ...judged };
}

/** 0, then 1, -1, 2, -2 …: at a lag < 0 b leads. */
const listLags = (maxLagDays: number): number[] => [
  0,
  ...Array.from({ length: maxLagDays }, (_, i) => [i + 1, -i - 1]).flat(),
];

/** The common days of a pair counted by their distances: the same for both methods. */
function rememberDistances(bank: ColumnBank, a: Subject, b: Subject): Pair['distances'] {
  const known = new Map<number, ArrayLike<number>>();
  return (lag) => {
    const distances = known.get(lag) ?? bank.pairDistances(a.newsSlots[0]!, b.newsSlots[0]!, lag);
    known.set(lag, distances);
    return distances;
  };
}
