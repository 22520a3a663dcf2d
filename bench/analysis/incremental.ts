import { analyse, type Engine, openEngine } from '../../src/analysis/engine/engine.ts';
import type { Conclusion, PersonFacts } from '../../src/analysis/engine/findings.ts';
import { alignSeries, findWindow, type SparseSeries } from '../../src/analysis/series/alignment.ts';
import { requireEqual } from '../equality.ts';
import { drawLife } from './life.ts';

const shape = { metrics: 40, days: 1_825, missing: 0.25, seed: 5, firstDay: 18_901 };
const rounds = 7;
/** So many entries make a round, for another metric each: they touch more or less, and none is to pay for the garbage of all. */
const entriesPerRound = 5;
/** Edits until what runs often has been compiled, as it is on a server. */
const warmUpEdits = 20;

/** A person's series by id, from one day on. */
type Given = { firstDay: number; facts: PersonFacts; series: Map<string, Float64Array> };
/** A series after an entry. */
type Edit = (values: Float64Array, newestIndex: number) => Float64Array;
/** Milliseconds of processor time, round by round. */
type Measured = { whole: number[]; touched: number[] };

/**
 * One new entry until all that can be said of a person is up to date: an engine that computes again what the entry
 * touches, beside a new one that computes everything. Each entry is for another metric than the one before.
 * @throws DifferenceError when the two do not conclude the same
 */
export function compareIncremental(): void {
  const given = drawGiven();
  const engine = openEngine(given.firstDay);
  for (const [id, values] of given.series) engine.put(id, values);
  warmUp(engine, given);
  console.log(
    `One new entry until the conclusions are up to date, ${shape.metrics} metrics × ${shape.days} days, processor time`,
  );
  print('on a new day', measureRounds(engine, given, appendDay));
  print('in the middle of the history', measureRounds(engine, given, editMiddle));
}

function drawGiven(): Given {
  const life = drawLife(shape);
  const window = findWindow(life, Number.POSITIVE_INFINITY)!;
  const align = (one: SparseSeries) => alignSeries(one, { ...window, lastDay: one.days.at(-1)! });
  const metrics = life.map(({ id }, i) => ({
    id,
    desired: i % 3 ? null : ('HIGHER' as const),
    isActionable: i % 2 === 0,
    isDuration: i % 6 === 2,
  }));
  const series = new Map(life.map((one) => [one.id, align(one)]));
  return { firstDay: window.firstDay, facts: { metrics, preferences: [] }, series };
}

function warmUp(engine: Engine, { series, facts }: Given): void {
  for (const [id, values] of [...series].slice(0, warmUpEdits)) {
    engine.put(id, appendDay(values, values.length));
    engine.conclude(facts);
    engine.put(id, values);
    engine.conclude(facts);
  }
}

/** The newest value once more, on the day after everybody's newest. */
const appendDay: Edit = (values, newestIndex) => {
  const edited = new Float64Array(newestIndex + 2).fill(Number.NaN);
  edited.set(values);
  edited[newestIndex + 1] = values.at(-1)!;
  return edited;
};

/** A value put right in the middle: the newest one instead of another. */
const editMiddle: Edit = (values) => {
  const newest = values.at(-1)!;
  const isOther = (value: number, day: number) => day >= values.length / 2 && Math.abs(value - newest) > 0;
  return values.with(values.findIndex(isOther), newest);
};

function measureRounds(engine: Engine, { firstDay, facts, series }: Given, edit: Edit): Measured {
  const measured: Measured = { whole: [], touched: [] };
  const newestIndex = Math.max(...Array.from(series.values(), ({ length }) => length)) - 1;
  const given = [...series];
  for (let round = 0; round < rounds; round++) {
    const entered = given.slice(round * entriesPerRound, (round + 1) * entriesPerRound);
    const edits = entered.map(([id, values]) => [id, edit(values, newestIndex)] as const);
    for (const [id, edited] of edits) series.set(id, edited);
    const touched = measure(() => edits.map((one) => enter(engine, facts, one)).at(-1)!);
    const whole = measure(() => analyse(firstDay, series, facts));
    requireEqual('the conclusions', touched.answer, whole.answer);
    measured.touched.push(touched.milliseconds / entriesPerRound);
    measured.whole.push(whole.milliseconds);
  }
  return measured;
}

function enter(engine: Engine, facts: PersonFacts, [id, values]: readonly [string, Float64Array]): Conclusion {
  engine.put(id, values);
  return engine.conclude(facts);
}

/** In processor time, since whatever else runs on the machine would weigh on the shorter of the two. */
function measure<Answer>(run: () => Answer): { answer: Answer; milliseconds: number } {
  const start = process.cpuUsage();
  const answer = run();
  const { user, system } = process.cpuUsage(start);
  return { answer, milliseconds: (user + system) / 1000 };
}

function print(label: string, { whole, touched }: Measured): void {
  const ratios = sort(whole.map((milliseconds, round) => milliseconds / touched[round]!));
  const [least, median, most] = [ratios[0]!, takeMiddle(ratios), ratios.at(-1)!].map((ratio) => ratio.toFixed(1));
  const [full, quick] = [whole, touched].map((times) => takeMiddle(sort(times)).toFixed(1));
  console.log(
    `  ${label.padEnd(30)} ${median} (${least} to ${most}) times as fast as its own full recomputation; ` +
      `medians ${quick} and ${full} ms`,
  );
}

const sort = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

const takeMiddle = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)]!;
