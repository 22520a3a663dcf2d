import type { Client } from './client.ts';

export type SnapshotChange = {
  seq: number;
  kind: string;
  entityType: string;
  entityId: string;
  entity: { __typename: string; id: string } | null;
};
export type SnapshotPage = { seq: number; changes: SnapshotChange[]; endCursor: string | null; hasMore: boolean };

const query = `query ($asOf: Int, $after: String, $first: Int) { snapshot(asOf: $asOf, after: $after, first: $first) {
  seq endCursor hasMore changes { seq kind entityType entityId entity {
    __typename ... on Entry { id date time value number notes tags version } ... on Metric { id } ... on User { id } } } } }`;

/** Everything that exists as of one number, page by page. @param between is run between two pages */
export async function readSnapshot(
  client: Client,
  { first, between }: { first?: number; between?: () => Promise<void> },
): Promise<SnapshotPage[]> {
  const pages: SnapshotPage[] = [];
  for (;;) {
    const last = pages.at(-1);
    const variables = { asOf: last?.seq, after: last?.endCursor, first };
    const { snapshot } = await client.graphql<{ snapshot: SnapshotPage }>(query, variables);
    pages.push(snapshot);
    if (!snapshot.hasMore) return pages;
    await between?.();
  }
}
