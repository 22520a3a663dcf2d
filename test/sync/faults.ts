import { setTimeout as sleep } from 'node:timers/promises';
import { pickWeighted, type Random } from './seeded.ts';
import type { World } from './world.ts';

/** What may go wrong around everybody at once, and how often. */
const weights = {
  killServer: 3,
  killRedis: 2,
  flushRedis: 1,
  cutRedis: 2,
  slowRedis: 1,
  disturbBus: 5,
  cutLine: 4,
  holdLine: 3,
  slowDatabase: 3,
  cutDatabase: 3,
  holdDatabase: 2,
} as const;
export type FaultName = keyof typeof weights;

/** @param at milliseconds after the beginning @param where which of several @param milliseconds how long */
export type Fault = { at: number; name: FaultName; where: number; milliseconds: number };

/** A plan for so many milliseconds. Servers are killed once at most: to start one again takes a while. */
export function planFaults(random: Random, span: number): Fault[] {
  const faults = Array.from({ length: 4 + random.below(6) }, () => ({
    at: random.below(span),
    name: pickWeighted<FaultName>(random, weights),
    where: random.below(6),
    milliseconds: 100 + random.below(900),
  }));
  const kill = faults.find(({ name }) => name === 'killServer');
  return faults.filter((fault) => fault.name !== 'killServer' || fault === kill).sort((a, b) => a.at - b.at);
}

/** Lets everything go wrong as planned. @returns when all of it is over, servers up again */
export async function runFaults(world: World, plan: readonly Fault[]): Promise<void> {
  await Promise.all(
    plan.map(async (fault) => {
      await sleep(fault.at);
      await kinds[fault.name](world, fault);
    }),
  );
}

const kinds: Record<FaultName, (world: World, fault: Fault) => Promise<void> | void> = {
  killServer: (world, { where }) => world.killServer(where % 2),
  killRedis: (world, { milliseconds }) => world.restartRedis(() => sleep(milliseconds)),
  flushRedis: (world) => world.flushRedis(),
  cutRedis: async (world, { milliseconds }) => {
    world.redisLine.weather = { ...world.redisLine.weather, refuse: 1 };
    world.redisLine.cut();
    await sleep(milliseconds);
    world.redisLine.becomeCalm();
  },
  slowRedis: async (world, { milliseconds }) => {
    world.redisLine.slowness = 200;
    await sleep(milliseconds);
    world.redisLine.slowness = 0;
  },
  disturbBus: async (world, { milliseconds }) => {
    world.busWeather = { lost: 0.3, doubled: 0.3, late: 0.3 };
    await sleep(milliseconds * 2);
    world.busWeather = { lost: 0, doubled: 0, late: 0 };
  },
  cutLine: (world, { where }) => world.lines[where % 3]!.cut(),
  holdLine: (world, { where, milliseconds }) => world.lines[where % 3]!.hold(milliseconds),
  slowDatabase: async (world, { milliseconds }) => {
    world.databaseLine.slowness = 15;
    await sleep(milliseconds);
    world.databaseLine.slowness = 0;
  },
  cutDatabase: (world) => world.cutDatabase(),
  holdDatabase: (world, { milliseconds }) => world.databaseLine.hold(milliseconds),
};
