import type { Client } from '../../setup/client.ts';

export type Event = {
  seq: number;
  at: string;
  action: string;
  deviceId: string | null;
  deviceName: string | null;
  address: string | null;
  subjectId: string | null;
  subjectName: string | null;
  fields: string[];
  format: string | null;
  count: number | null;
};
type Page = { edges: { node: Event; cursor: string }[]; pageInfo: { hasNextPage: boolean } };

const fields = 'seq at action deviceId deviceName address subjectId subjectName fields format count';

/** A page of the audit log, the newest event first. */
export async function readLog(client: Client, page: { first?: number; after?: string } = {}): Promise<Page> {
  const query = `query ($first: Int, $after: String) {
    auditLog(first: $first, after: $after) { edges { node { ${fields} } cursor } pageInfo { hasNextPage } } }`;
  return (await client.graphql<{ auditLog: Page }>(query, page)).auditLog;
}

/** The newest events. */
export const readEvents = async (client: Client): Promise<Event[]> =>
  (await readLog(client)).edges.map(({ node }) => node);
