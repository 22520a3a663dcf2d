import { ApiError, type Client } from '../setup/client.ts';

/** Entities by type and id, as the API shows them: what all sides must agree upon. */
export type Everything = Record<string, object>;

type Shown = { __typename: string; id: string };

const userFields = '__typename id email timeZone dayStartsAt preferences createdAt';
const metricFields =
  '__typename id name metricType: type category unit min max step aggregation desired isActionable sources isActive version createdAt updatedAt';
const entryFields = '__typename id metricId date time value number notes tags source version createdAt updatedAt';
const change = `seq kind entityType entityId
  entity { ... on User { ${userFields} } ... on Metric { ${metricFields} } ... on Entry { ${entryFields} } }`;

const listQuery = `query ($metrics: String, $entries: String) {
  me { ${userFields} }
  metrics(first: 500, after: $metrics) { edges { node { ${metricFields} } } pageInfo { hasNextPage } }
  entries(first: 500, after: $entries) { edges { node { ${entryFields} } } pageInfo { hasNextPage } }
}`;
type Page = { edges: { node: Shown }[]; pageInfo: { hasNextPage: boolean } };

/** What the API lists. A history has fewer entities than a page. */
export async function readListed(client: Client): Promise<Everything> {
  const { me, metrics, entries } = await client.graphql<{ me: Shown; metrics: Page; entries: Page }>(listQuery);
  if (metrics.pageInfo.hasNextPage || entries.pageInfo.hasNextPage) throw new Error('there is a second page');
  return collect([me, ...metrics.edges.map(({ node }) => node), ...entries.edges.map(({ node }) => node)]);
}

type Change = { seq: number; kind: string; entityType: string; entityId: string; entity: Shown | null };

/** What the log comes to, and its numbers: read from the beginning, or as far back as it reaches and from a snapshot there. */
export async function foldLog(client: Client): Promise<{ numbers: number[]; everything: Everything; from: number }> {
  const begin = await findBegin(client);
  const everything = begin === 0 ? {} : await readSnapshot(client, begin);
  const lines = await client.replay<Change>(begin, change);
  for (const { kind, entityType, entityId, entity } of lines) {
    if (kind === 'DELETED') delete everything[`${entityType} ${entityId}`];
    else everything[`${entityType} ${entityId}`] = toPlain(entity!);
  }
  return { numbers: lines.map(({ seq }) => seq), everything, from: begin };
}

/** The number from which on the log is whole. */
async function findBegin(client: Client): Promise<number> {
  try {
    await client.replay(0, 'seq', 1);
    return 0;
  } catch (error) {
    if (!(error instanceof ApiError) || error.extensions['reason'] !== 'LOG_COMPACTED') throw error;
    return error.extensions['compactedTo'] as number;
  }
}

/** Everything as of a number, in small pages. */
async function readSnapshot(client: Client, asOf: number): Promise<Everything> {
  const query = `query ($asOf: Int, $after: String) { snapshot(asOf: $asOf, after: $after, first: 7) {
    seq endCursor hasMore changes { ${change} } } }`;
  type Snapshot = { seq: number; endCursor: string | null; hasMore: boolean; changes: Change[] };
  const shown: Shown[] = [];
  for (let after: string | null = null; ;) {
    const { snapshot }: { snapshot: Snapshot } = await client.graphql<{ snapshot: Snapshot }>(query, { asOf, after });
    shown.push(...snapshot.changes.map(({ entity }) => entity!));
    if (!snapshot.hasMore) return collect(shown);
    after = snapshot.endCursor;
  }
}

const collect = (shown: readonly Shown[]): Everything =>
  Object.fromEntries(shown.map((entity) => [`${entity.__typename} ${entity.id}`, toPlain(entity)]));

/** The entity as clients keep it. */
function toPlain({ __typename: _, ...fields }: Shown & { metricType?: string }): object {
  const { metricType, ...rest } = fields;
  return metricType === undefined ? rest : { ...rest, type: metricType };
}
