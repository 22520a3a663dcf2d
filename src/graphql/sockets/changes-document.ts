import {
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  Kind,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { AfterArguments } from '../changes.ts';
import { collectFields } from './collected-fields.ts';
import { compileProjection, type Projection } from './projection.ts';

/** A valid subscription to `changes`, made ready once for all who send the same text. */
export type ChangesDocument = {
  /** Tells it from all others. */
  number: number;
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** The field `changes`, and what stands before its value in an answer. */
  field: FieldNode;
  opening: Buffer;
  /** The variables that say where to begin and nothing else: devices may differ in them. */
  beginVariables: ReadonlySet<string>;
  projection: Projection;
};

let documents = 0;
const known = new WeakMap<DocumentNode, Map<string, ChangesDocument | null>>();

/**
 * Recognises a subscription whose one root field is `changes`.
 * @returns null for any other operation, and for one whose root has directives
 */
export function readChangesDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): ChangesDocument | null {
  const own = known.get(document) ?? new Map<string, ChangesDocument | null>();
  known.set(document, own);
  const name = operationName ?? '';
  if (!own.has(name)) own.set(name, recognise(schema, document, operationName));
  return own.get(name)!;
}

function recognise(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): ChangesDocument | null {
  const operation = getOperationAST(document, operationName);
  const root = schema.getSubscriptionType();
  if (operation?.operation !== 'subscription' || !root || operation.directives?.length) return null;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const collected = [...(collectFields(schema, fragments, root, [operation]) ?? [])];
  const [[key, nodes] = ['', []]] = collected;
  const [field] = nodes;
  if (collected.length !== 1 || field?.name.value !== 'changes') return null;
  const projection = compileProjection(schema, fragments, root.getFields()['changes']!.type, nodes);
  const beginVariables = findBeginVariables(document, field);
  const opening = Buffer.from(`{"data":{"${key}":`);
  return { number: (documents += 1), schema, document, operation, field, opening, beginVariables, projection };
}

/** Arguments that decide which changes a device gets, and nothing of what they look like. */
const beginArguments = new Set(['after', 'afterAt']);

function findBeginVariables(document: DocumentNode, field: FieldNode): ReadonlySet<string> {
  const uses = new Map<string, number>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name: { value } }) => void uses.set(value, (uses.get(value) ?? 0) + 1),
  });
  const own = (field.arguments ?? [])
    .filter(({ name }) => beginArguments.has(name.value))
    .flatMap(({ value }) => (value.kind === Kind.VARIABLE ? [value.name.value] : []));
  return new Set(own.filter((name) => uses.get(name) === 1));
}

/** What a device asks for: where it begins, and what it shares with others. */
export type ChangesRequest = {
  /** The last number it has, if it does not begin now, and when that change happened, if it says so. */
  begin: AfterArguments;
  /** Equal for all whose payloads are equal. */
  shareKey: string;
  variables: Record<string, unknown>;
};

/** The request that the variables make of the document, or the errors in them. */
export function readRequest(
  { schema, operation, field, beginVariables }: ChangesDocument,
  given: Readonly<Record<string, unknown>> | null | undefined,
): ChangesRequest | { errors: readonly GraphQLError[] } {
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], given ?? {});
  if (errors) return { errors };
  const definition = schema.getSubscriptionType()!.getFields()['changes']!;
  const begin: AfterArguments = getArgumentValues(definition, field, coerced);
  const shared = Object.entries(coerced).filter(([name]) => !beginVariables.has(name));
  return { begin, shareKey: JSON.stringify(shared), variables: coerced };
}
