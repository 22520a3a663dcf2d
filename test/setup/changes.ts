import { expect } from 'vitest';
import type { Change, Client, Entry, Subscription } from './client.ts';

/** [1, 2, … count]: the numbers of a log without gaps. */
export const numbersTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Reads a followed log until its number `last`, and requires each number from `first` on exactly once, in order. */
export async function expectEveryChange(
  subscription: Subscription<{ changes: Change }>,
  first: number,
  last: number,
  milliseconds?: number,
): Promise<Change[]> {
  const results = await subscription.take(last - first + 1, milliseconds);
  const changes = results.map((result) => result.changes);
  expect(changes.map((change) => change.seq)).toEqual(numbersTo(last).slice(first - 1));
  return changes;
}

const snapshotFields = `seq kind entityType entityId entity {
  __typename ... on Entry { id date time value number notes tags version } ... on Metric { id name type version isActive } }`;

type Snapshot = Pick<Entry, 'id'> & { __typename: string };
type Line = { seq: number; kind: string; entityType: string; entityId: string; entity: Snapshot | null };

/** What a device that only ever read the log believes to be there. */
export async function rebuildFromLog(client: Client): Promise<{ numbers: number[]; entries: Snapshot[] }> {
  const log = await client.replay<Line>(0, snapshotFields);
  const entries = new Map<string, Snapshot>();
  for (const { kind, entityType, entityId, entity } of log) {
    if (entityType !== 'Entry') continue;
    if (kind === 'DELETED') entries.delete(entityId);
    else entries.set(entityId, entity!);
  }
  return { numbers: log.map((line) => line.seq), entries: sortById([...entries.values()]) };
}

/** What is there. */
export async function readEverything(client: Client): Promise<Snapshot[]> {
  const query = `query ($after: String) { entries(first: 500, after: $after) {
    pageInfo { hasNextPage endCursor } edges { node { __typename id date time value number notes tags version } } } }`;
  type Page = { entries: { pageInfo: { hasNextPage: boolean; endCursor: string }; edges: { node: Snapshot }[] } };
  const all: Snapshot[] = [];
  for (let after: string | undefined; ;) {
    const { entries } = await client.graphql<Page>(query, { after });
    all.push(...entries.edges.map((edge) => edge.node));
    if (!entries.pageInfo.hasNextPage) return sortById(all);
    after = entries.pageInfo.endCursor;
  }
}

const sortById = (rows: Snapshot[]): Snapshot[] => rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
