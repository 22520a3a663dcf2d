import { InvalidInputError } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';
import type { Page, PageKey } from '../kernel/page.ts';
import { builder } from './builder.ts';

/** Rows of a page when the client does not say, and the most it may ask for. */
const pageSizes = { default: 50, max: 500 } as const;

export type ConnectionArguments = {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
};
export type Edge<Node> = { node: Node; cursor: string };
export type Connection<Node> = {
  edges: Edge<Node>[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
};

export const PageInfo = builder.objectRef<Connection<unknown>['pageInfo']>('PageInfo').implement({
  description: 'Where a page lies in its list (Relay connection specification).',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether there are rows after this page.' }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', { description: 'Whether there are rows before this page.' }),
    startCursor: t.exposeString('startCursor', {
      nullable: true,
      description: 'Cursor of the first row; null on an empty page.',
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'Cursor of the last row; null on an empty page.',
    }),
  }),
});

/** The arguments of every connection. */
export const connectionArguments = builder.args((t) => ({
  first: t.int({
    description: `Rows from the beginning, at most ${pageSizes.max}; ${pageSizes.default} when nothing is said.`,
  }),
  after: t.string({ description: 'Only rows after this cursor.' }),
  last: t.int({ description: `Rows from the end, at most ${pageSizes.max}.` }),
  before: t.string({ description: 'Only rows before this cursor.' }),
}));

/**
 * A page of a list by keyset: the rows next to a place in the sort order, whether or not the row that stood there still
 * exists.
 * @param keyOf the row's place in the sort order
 * @param keyShape what each part of such a place must be; a cursor may come from another list, or from nowhere
 * @throws InvalidInputError for a page that is too large, or a cursor that is not one
 */
export async function resolveConnection<Node>(
  given: ConnectionArguments,
  keyOf: (node: Node) => PageKey,
  load: (page: Page) => Promise<Node[]>,
  keyShape: KeyShape = [isId],
): Promise<Connection<Node>> {
  const page = toPage(given, keyShape);
  const rows = await load({ ...page, limit: page.limit + 1 });
  const hasMore = rows.length > page.limit;
  const kept = !hasMore ? rows : page.fromEnd ? rows.slice(1) : rows.slice(0, page.limit);
  const edges = kept.map((node) => ({ node, cursor: encodeCursor(keyOf(node)) }));
  const pageInfo = {
    hasNextPage: page.fromEnd ? page.before !== undefined : hasMore,
    hasPreviousPage: page.fromEnd ? hasMore : page.after !== undefined,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  };
  return { edges, pageInfo };
}

type KeyShape = readonly ((part: string) => boolean)[];

function toPage({ first, after, last, before }: ConnectionArguments, keyShape: KeyShape): Page {
  if (first != null && last != null) throw invalid('first', 'Ask for first or for last, not for both.');
  const fromEnd = last != null;
  const limit = first ?? last ?? pageSizes.default;
  if (limit < 0 || limit > pageSizes.max) {
    throw invalid(fromEnd ? 'last' : 'first', `A page has between 0 and ${pageSizes.max} rows.`);
  }
  return {
    limit,
    fromEnd,
    after: after == null ? undefined : decodeCursor('after', after, keyShape),
    before: before == null ? undefined : decodeCursor('before', before, keyShape),
  };
}

/** A place in a list as clients hand it around. */
export const encodeCursor = (key: PageKey): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** @throws InvalidInputError for what is not a cursor of the list */
export function decodeCursor(field: string, cursor: string, keyShape: KeyShape): PageKey {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const isList = Array.isArray(key) && key.length === keyShape.length;
    if (isList && keyShape.every((fits, i) => typeof key[i] === 'string' && fits(key[i]))) return key as PageKey;
  } catch {
    // Falls through: what is not JSON is not one of our cursors.
  }
  throw invalid(field, 'This is not a cursor that this list has given out.');
}

const invalid = (field: string, message: string) => new InvalidInputError([{ path: [field], message }]);

/** The connection and edge types of a list. */
export function defineConnection<Node extends object>(name: string, node: ObjectRef<Node>) {
  const EdgeRef = builder.objectRef<Edge<Node>>(`${name}Edge`).implement({
    description: `One row of a list of type ${name}.`,
    fields: (t) => ({
      node: t.field({ type: node, description: 'The row.', resolve: (edge) => edge.node as never }),
      cursor: t.exposeString('cursor', { description: 'The place of the row in the list.' }),
    }),
  });
  return builder.objectRef<Connection<Node>>(`${name}Connection`).implement({
    description: `A page of a list of type ${name}.`,
    fields: (t) => ({
      edges: t.field({ type: [EdgeRef], description: 'The rows.', resolve: (connection) => connection.edges }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'Where the page lies in the list.',
        resolve: (connection) => connection.pageInfo,
      }),
    }),
  });
}

type ObjectRef<Node> = PothosSchemaTypes.ObjectRef<typeof builder.$inferSchemaTypes, Node>;
