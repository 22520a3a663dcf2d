import type { Api } from './api.ts';
import { snapshotQuery, toStates, type WireSnapshot } from './documents.ts';
import type { Received } from './local-store.ts';

/** Everything there is, as of a number. */
export type Snapshot = Pick<Received, 'seq' | 'at' | 'entities'>;

/**
 * Page by page; none of it counts before the last one is here. The first one says when its last change happened: should
 * the log be replaced before the last page, that instant is refused when it is followed.
 */
export async function readSnapshot(api: Api): Promise<Snapshot> {
  const read = (asOf?: number, after?: string | null) => api.run<WireSnapshot>(snapshotQuery, { asOf, after });
  const { snapshot: first } = await read();
  const { seq, at } = first;
  const entities = first.changes.flatMap(toStates);
  for (let page = first; page.hasMore;) {
    ({ snapshot: page } = await read(seq, page.endCursor));
    entities.push(...page.changes.flatMap(toStates));
  }
  return { seq, at, entities };
}
