import type { Side } from '../sides.ts';

const entryFields = 'id metricId date time value notes tags source version createdAt updatedAt';

/** The documents that the servers are asked to run; the floor knows its answers by heart. */
export const documents = {
  createEntry: `mutation CreateEntry($input: CreateEntryInput!) { createEntry(input: $input) { ${entryFields} } }`,
  entries: `query Entries($filter: EntryFilter) { entries(first: 50, filter: $filter) {
    edges { node { id date time value notes tags version metric { id name type unit } } } } }`,
  changes: `subscription Changes($after: Int) { changes(after: $after) {
    seq kind entityType entityId deviceId at entity { __typename ... on Entry { ${entryFields} } } } }`,
} as const;

/** One request, the same for all sides. */
export type Call = { operation: 'createEntry' | 'entries'; token: string; variables: object };

/**
 * A call as bytes on the wire. All sides get the same body and read it whole; the floor does not parse GraphQL, so the
 * path tells it what is wanted.
 */
export function toMessage({ name, writer }: Side, { operation, token, variables }: Call): Buffer {
  const path = name === 'floor' ? `/${operation}` : '/graphql';
  const body = JSON.stringify({ query: documents[operation], variables });
  return Buffer.from(
    [
      `POST ${path} HTTP/1.1`,
      `host: ${new URL(writer.url).host}`,
      'accept: application/json',
      'content-type: application/json',
      `authorization: Bearer ${token}`,
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
