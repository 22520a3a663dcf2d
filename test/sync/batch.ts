import { setTimeout as sleep } from 'node:timers/promises';
import type { Defect } from './device.ts';
import { planFaults, runFaults, type Fault } from './faults.ts';
import { History } from './history.ts';
import { judge, settle } from './judgement.ts';
import { seeded } from './seeded.ts';
import type { World } from './world.ts';

/** Milliseconds over which faults are spread: about as long as people are at work. */
const span = 2500;

/** What befalls connections of devices as long as it lasts. */
const weather = { refuse: 0.04, cut: 0.12, delay: 0.25, trickle: 0.05, stall: 0.06 };

/** What came of a batch: `wrong` has a text for each history with which something is. */
export type BatchResult = { wrong: string[]; seen: Seen };

/** What there was to see, to know that a run was not idle. */
export type Seen = Record<
  | 'histories'
  | 'operations'
  | 'conflicts'
  | 'refusals'
  | 'repeats'
  | 'lost'
  | 'calls'
  | 'undos'
  | 'undosRefused'
  | 'compactions'
  | 'snapshots'
  | 'readsOfOwnWrites'
  | 'faults',
  number
>;

export type BatchOptions = {
  seed: number;
  people: number;
  defect?: Defect;
  /** Without faults, and in good weather: to see what comes of a defect alone. */
  isFair?: boolean;
  /** Runs when everything has been done, and before anybody looks. */
  spoil?: (history: History) => Promise<void>;
};

/** Lets people live through bad times together, all of it by the seed, and looks at what came of them. */
export async function runBatch(world: World, options: BatchOptions): Promise<BatchResult> {
  const { seed, people, defect, isFair = false, spoil } = options;
  const random = seeded(seed);
  const planned = planFaults(random.fork(), span);
  const plan = isFair ? [] : planned;
  const histories = (await world.createPeople(people)).map(
    (person) => new History(world, person, random.fork(), defect),
  );
  await Promise.all(histories.map((history) => history.begin()));
  if (!isFair) world.setWeather(weather);
  const faults = runFaults(world, plan);
  await Promise.all(histories.map(async (history) => (await sleep(random.below(500)), history.live())));
  await faults;
  world.becomeCalm();
  await Promise.all(histories.map((history) => history.becomeCalm()));
  const verdicts = await Promise.all(histories.map((history) => conclude(world, history, spoil)));
  await Promise.all(histories.map((history) => history.close()));
  const wrong = verdicts.flatMap((complaints, i) =>
    complaints.length === 0 ? [] : [describe(seed, i, plan, histories[i]!, complaints)],
  );
  wrong.unshift(...world.findEnded());
  return { wrong, seen: summarise(histories, plan) };
}

async function conclude(world: World, history: History, spoil: BatchOptions['spoil']): Promise<string[]> {
  const late = await settle(history);
  if (late.length > 0) return late;
  await spoil?.(history);
  return judge(history).catch((error: unknown) => [`it could not be judged: ${String(error)}`]);
}

function describe(seed: number, index: number, plan: readonly Fault[], history: History, complaints: string[]): string {
  const faults = plan.map(({ at, name, where, milliseconds }) => `${at} ms ${name} ${where} ${milliseconds}`);
  return [
    `Seed ${seed}, person ${index} (${history.person.id}). Again: SYNC_SEED=${seed} npx vitest run test/sync/model.pg.test.ts`,
    ...complaints.slice(0, 4).map((complaint) => `  WRONG: ${complaint}`),
    `  faults: ${faults.join('; ')}`,
    ...history.witness.story.map((line) => `  ${line}`),
  ].join('\n');
}

function summarise(histories: readonly History[], plan: readonly Fault[]): Seen {
  const witnesses = histories.map(({ witness }) => witness);
  const answers = witnesses.flatMap((witness) => witness.answers);
  const requests = witnesses.flatMap((witness) => witness.requests.filter(({ said }) => said !== null));
  const sum = (count: (witness: History['witness']) => number) =>
    witnesses.reduce((total, witness) => total + count(witness), 0);
  return {
    histories: histories.length,
    operations: sum(({ intents }) => intents.size),
    conflicts: answers.filter(({ status }) => status === 'CONFLICT').length,
    refusals: answers.filter(({ status }) => status === 'REFUSED').length,
    repeats: answers.filter(({ isRepeat }) => isRepeat).length,
    lost: sum(({ attempts }) => attempts.filter(({ overAt }) => overAt !== 0).length),
    calls: requests.filter(({ call }) => !('undo' in call)).length,
    undos: requests.filter(({ call, said }) => 'undo' in call && said!.code === undefined).length,
    undosRefused: requests.filter(({ call, said }) => 'undo' in call && said!.code !== undefined).length,
    compactions: sum(({ compactions }) => compactions),
    snapshots: sum(({ steps }) => steps.filter(({ isWhole, from }) => isWhole && from !== null).length),
    readsOfOwnWrites: sum(({ readsOfOwnWrites }) => readsOfOwnWrites),
    faults: plan.length,
  };
}
