import {
  findTautologies,
  openTautologyMemory,
  type Tautology,
  type TautologyMemory,
} from '../correlations/tautologies.ts';
import { type ColumnBank, openBank } from '../kernels/column-bank.ts';
import { createMember, type Member } from './member.ts';
import { type PairTests, testPair } from './pair-tests.ts';

/** Room is made for so many days and series at a time; to grow beyond it, everything is computed anew. */
const DAYS_AT_ONCE = 64;
const SERIES_AT_ONCE = 16;

/** What an engine has computed. */
export type State = {
  firstDay: number;
  /** Days and series there is room for. */
  days: number;
  places: number;
  bank: ColumnBank;
  /** In ascending order of ids, so that results do not depend on the order of arrival. */
  members: Map<string, Member>;
  /** By `pairKey`. */
  pairs: Map<string, PairTests>;
  tautologies: Tautology[];
  tautologyMemory: TautologyMemory;
};

/** Room for the series, and nothing computed yet. */
export function openState(firstDay: number, given: ReadonlyMap<string, Float64Array>): State {
  const longest = Math.max(0, ...Array.from(given.values(), ({ length }) => length));
  const days = roundUp(longest, DAYS_AT_ONCE);
  const places = roundUp(given.size, SERIES_AT_ONCE);
  // One column more than the two of each series: see testPair.
  const bank = openBank(days, 2 * places + 1);
  const tautologyMemory = openTautologyMemory();
  return { firstDay, days, places, bank, members: new Map(), pairs: new Map(), tautologies: [], tautologyMemory };
}

/** Brings what is computed in line with the series given. @returns the same state, or a larger one */
export function updateState(
  state: State,
  given: ReadonlyMap<string, Float64Array>,
  touched: ReadonlySet<string>,
): State {
  const isTooSmall = given.size > state.places || [...given.values()].some(({ length }) => length > state.days);
  if (isTooSmall) return updateState(openState(state.firstDay, given), given, new Set(given.keys()));
  for (const id of touched) removeMember(state, id);
  for (const id of touched) if (given.has(id)) addMember(state, id, given.get(id)!);
  state.members = new Map([...state.members].sort(([a], [b]) => (a < b ? -1 : 1)));
  testPairsOf(state, touched);
  state.tautologies = findTautologies([...state.members.values()], state.tautologyMemory);
  return state;
}

/** The same for both orders of two ids. */
export const pairKey = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`);

function removeMember({ members, pairs }: State, id: string): void {
  if (!members.delete(id)) return;
  for (const other of members.keys()) pairs.delete(pairKey(id, other));
}

function addMember({ members, bank, days, firstDay }: State, id: string, values: Float64Array): void {
  const taken = new Set(Array.from(members.values(), ({ place }) => place));
  let place = 0;
  while (taken.has(place)) place++;
  const padded = new Float64Array(days).fill(Number.NaN);
  padded.set(values);
  const member = createMember(id, padded, firstDay, place);
  bank.set(member.slots.PEARSON, member.prepared.PEARSON.news.values);
  bank.set(member.slots.SPEARMAN, member.prepared.SPEARMAN.news.values);
  members.set(id, member);
}

/** Tests every pair that one of the touched has a part in. */
function testPairsOf({ members, pairs, bank, places }: State, touched: ReadonlySet<string>): void {
  for (const id of touched) {
    const member = members.get(id);
    if (!member) continue;
    for (const other of members.values()) {
      // Of two touched ones, the pair is tested once.
      if (other.id === id || (touched.has(other.id) && other.id < id)) continue;
      const [a, b] = id < other.id ? [member, other] : [other, member];
      pairs.set(pairKey(id, other.id), testPair(bank, 2 * places, a, b));
    }
  }
}

const roundUp = (value: number, step: number): number => Math.max(1, Math.ceil(value / step)) * step;
