import { createRandom } from '../setup/random.ts';

/** Chances that are the same in every run of one seed. */
export type Random = {
  next: () => number;
  /** A whole number from 0, below the limit. */
  below: (limit: number) => number;
  chance: (probability: number) => boolean;
  pick: <Value>(values: readonly Value[]) => Value;
  /** A source of its own, which what this one is asked for later does not touch. */
  fork: () => Random;
};

export function seeded(seed: number): Random {
  const { next, below } = createRandom(seed);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (values) => values[below(values.length)]!,
    fork: () => seeded(below(2 ** 31)),
  };
}

/** One of several by weight. */
export function pickWeighted<Name extends string>(random: Random, weights: Record<Name, number>): Name {
  const entries = Object.entries(weights) as [Name, number][];
  let left = random.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    left -= weight;
    if (left < 0) return name;
  }
  return entries.at(-1)![0];
}
