import { LRUCache } from 'lru-cache';
import { type Engine, openEngine } from '../../analysis/engine/engine.ts';
import type { PersonFacts, Readiness } from '../../analysis/engine/findings.ts';
import { alignSeries, findWindow, type SparseSeries } from '../../analysis/series/alignment.ts';
import type { NewInsight } from './evidence.ts';
import type { NamedMetric } from './sentences/numbers.ts';
import { stateFinding } from './statements/statements.ts';

/** Runs in a thread of its own that stays (see platform/thread-pool.ts): people's engines live here between two calls. */

/** What has changed in a person's series. */
export type SeriesUpdate = {
  userId: string;
  /** The number of the log that the series were read at, or later. */
  seq: number;
  /** The number that `series` carries on from; null when it holds everything. */
  after: number | null;
  /** Of those that were read again, the ones that have values. */
  series: SparseSeries[];
  read: string[];
  /** Everything there is, with values or without. */
  ids: string[];
  /** Days later than this are typing errors, or plans: in days since 1970-01-01. */
  limit: number;
  facts: PersonFacts;
  /** How the metrics are called. */
  metrics: Map<string, NamedMetric>;
};
/** What holds, in words, and which questions have no answer. Findings stay in the thread: they are three times as large. */
export type Analysis = { insights: NewInsight[]; readiness: Readiness[] };

type Resident = { seq: number; limit: number; series: Map<string, SparseSeries>; engine: Engine };

/** People whose engines are kept: with 40 metrics over five years each takes some 5 MB. */
const mostResidents = 32;
/** Who has not been looked at for so long is forgotten: nobody's data lie about, and an erased account's least of all. */
const forgottenAfter = 30 * 60_000;
const residents = new LRUCache<string, Resident>({ max: mostResidents, ttl: forgottenAfter, ttlAutopurge: true });

/** The number of the log up to which a person's engine knows everything; null when there is no engine. */
export const findSeenSeq = (userId: string): number | null => residents.get(userId)?.seq ?? null;

/** Forgets a person who has been erased. */
export function forgetPerson(userId: string): void {
  residents.delete(userId);
}

/**
 * Takes a change up and says what holds now.
 * @returns null when the engine does not stand where the update begins: another call was faster
 */
export function analysePerson(update: SeriesUpdate): Analysis | null {
  const resident = takeUp(update);
  if (!resident) return null;
  residents.set(update.userId, resident);
  const { engine } = resident;
  const { firstDay, findings } = engine.conclude(update.facts);
  const context = { firstDay, metrics: update.metrics };
  const insights = findings.flatMap((finding) => stateFinding(finding, context) ?? []);
  return { insights, readiness: engine.assess(update.facts) };
}

function takeUp({ userId, seq, after, series, read, ids, limit }: SeriesUpdate): Resident | null {
  const known = residents.get(userId);
  if (after === null ? known && known.seq > seq : known?.seq !== after) return null;
  const all = new Map(after === null ? [] : [...known!.series].filter(([id]) => ids.includes(id)));
  for (const id of read) all.delete(id);
  for (const one of series) all.set(one.id, one);
  const window = findWindow(all.values(), limit) ?? { firstDay: 0, lastDay: 0 };
  const isFresh = after === null || known!.engine.firstDay !== window.firstDay;
  const engine = isFresh ? openEngine(window.firstDay) : known!.engine;
  const changed = isFresh ? ids : [...read, ...findAffected(all, known!.limit, limit)];
  const align = (one: SparseSeries | undefined) =>
    one ? alignSeries(one, { ...window, lastDay: Math.min(limit, one.days.at(-1)!) }) : new Float64Array();
  for (const id of engine.ids()) if (!ids.includes(id)) engine.put(id, null);
  for (const id of changed) engine.put(id, align(all.get(id)));
  return { seq, limit, series: all, engine };
}

/** Series with days that were in the future at one of two limits and are not at the other. */
const findAffected = (all: ReadonlyMap<string, SparseSeries>, before: number, now: number): string[] =>
  [...all.values()].filter(({ days }) => before !== now && days.at(-1)! > Math.min(before, now)).map(({ id }) => id);
