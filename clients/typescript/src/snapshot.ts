import type { Api } from './api.ts';
import { snapshotQuery, toStates, type WireSnapshot } from './documents.ts';
import type { EntityState } from './entities.ts';

/** Everything there is, as of a number. Page by page; none of it counts before the last one is here. */
export async function readSnapshot(api: Api): Promise<{ seq: number; entities: EntityState[] }> {
  const entities: EntityState[] = [];
  for (let asOf: number | undefined, after: string | null = null; ;) {
    const { snapshot }: WireSnapshot = await api.run<WireSnapshot>(snapshotQuery, { asOf, after });
    entities.push(...snapshot.changes.flatMap(toStates));
    if (!snapshot.hasMore) return { seq: snapshot.seq, entities };
    asOf = snapshot.seq;
    after = snapshot.endCursor;
  }
}
