import {
  Kind,
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { RateLimitedError } from '../kernel/errors.ts';
import { Buckets } from '../platform/buckets.ts';
import { isThrottling } from '../platform/throttles.ts';
import type { Context } from './context.ts';

/** People, or addresses, that one process remembers for each class. */
const keysMax = 50_000;

/** Field by field, `second` in the long run and `burst` at once. */
const limits = {
  /** A person with several devices that send what they have queued; each operation may hold a batch. */
  mutation: { burst: 1000, second: 100 },
  /** Screens with many small queries. What reads a lot counts more, see `heavy`. */
  query: { burst: 2000, second: 200 },
  /** Every device subscribes once and again after an interruption. */
  subscription: { burst: 200, second: 10 },
  /** Whoever has not signed in, by address: many people may stand behind one. */
  stranger: { burst: 500, second: 50 },
} as const;

const buckets = {
  mutation: new Buckets(keysMax),
  query: new Buckets(keysMax),
  subscription: new Buckets(keysMax),
  stranger: new Buckets(keysMax),
};

/**
 * For a field that makes the server work: it counts as twenty, so it is had ten times a second, a hundred times at once, and
 * as 500 objects, so twenty times in an operation.
 */
export const heavy = { throttleWeight: 20, cost: 500 } as const;

const weights = new WeakMap<OperationDefinitionNode, number>();

type Operation = { document: DocumentNode; definition: OperationDefinitionNode };

/**
 * Counts an operation: of a person by its class, of a stranger by address. In this process's memory alone, without a promise
 * and without Redis: this keeps one client from taking a process for itself, and no secret hangs on it.
 * @returns the refusal, or null
 */
export function refuseOperation(
  schema: GraphQLSchema,
  { document, definition }: Operation,
  { visitor, address }: Pick<Context, 'visitor' | 'address'>,
): RateLimitedError | null {
  if (!isThrottling()) return null;
  const kind = visitor ? definition.operation : 'stranger';
  const { burst, second } = limits[kind];
  let weight = weights.get(definition);
  if (weight === undefined) weights.set(definition, (weight = weigh(schema, document, definition)));
  const key = visitor ? visitor.userId : (address ?? '');
  const fill = (Math.min(weight, burst) * 1000) / second;
  const wait = buckets[kind].take([{ key, fill, room: (burst * 1000) / second }]);
  return wait > 0 ? new RateLimitedError(Math.ceil(wait / 1000)) : null;
}

/** What the fields at the root weigh together, under whatever alias or fragment; at least one. */
function weigh(schema: GraphQLSchema, document: DocumentNode, definition: OperationDefinitionNode): number {
  const root = schema.getRootType(definition.operation);
  const fragments = new Map(
    document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])),
  );
  const known = new Map<string, number>();
  const weighFragment = (name: string): number => {
    const before = known.get(name);
    if (before !== undefined) return before;
    // A fragment that spreads itself is not valid; here it would only be counted without itself.
    known.set(name, 0);
    const fragment = fragments.get(name);
    const weight = fragment ? weighAll(fragment.selectionSet) : 0;
    known.set(name, weight);
    return weight;
  };
  const weighAll = ({ selections }: SelectionSetNode): number =>
    selections.reduce((sum, node) => {
      if (node.kind === Kind.FIELD) return sum + weightOf(root, node.name.value);
      return sum + (node.kind === Kind.FRAGMENT_SPREAD ? weighFragment(node.name.value) : weighAll(node.selectionSet));
    }, 0);
  return Math.max(1, weighAll(definition.selectionSet));
}

const weightOf = (root: GraphQLObjectType | null | undefined, name: string): number =>
  (root?.getFields()[name]?.extensions['throttleWeight'] as number | undefined) ?? 1;
