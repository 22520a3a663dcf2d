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
import { collectFields } from './collected-fields.ts';
import { compileProjection, type Projection } from './projection.ts';

/** A valid subscription to `changes`, made ready once for all who send the same text. */
export type ChangesDocument = {
  /** Tells it from all others. */
  number: number;
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** The field `changes`, and the name it has in the answer. */
  field: FieldNode;
  key: string;
  /** The variable that says the number to begin after and nothing else: devices may differ in it. */
  afterVariable: string | null;
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
  const afterVariable = findAfterVariable(document, field);
  return { number: (documents += 1), schema, document, operation, field, key, afterVariable, projection };
}

function findAfterVariable(document: DocumentNode, field: FieldNode): string | null {
  const value = field.arguments?.find((argument) => argument.name.value === 'after')?.value;
  if (value?.kind !== Kind.VARIABLE) return null;
  let uses = 0;
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void (uses += name.value === value.name.value ? 1 : 0),
  });
  return uses === 1 ? value.name.value : null;
}

/** What a device asks for: where it begins, and what it shares with others. */
export type ChangesRequest = {
  /** The last number it has; null for "from now on". */
  after: number | null;
  /** Equal for all whose payloads are equal. */
  shareKey: string;
  variables: Record<string, unknown>;
};

/** The request that the variables make of the document, or the errors in them. */
export function readRequest(
  { schema, operation, field, afterVariable }: ChangesDocument,
  given: Readonly<Record<string, unknown>> | null | undefined,
): ChangesRequest | { errors: readonly GraphQLError[] } {
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], given ?? {});
  if (errors) return { errors };
  const definition = schema.getSubscriptionType()!.getFields()['changes']!;
  const { after } = getArgumentValues(definition, field, coerced) as { after?: number | null };
  const { [afterVariable ?? '']: _, ...shared } = coerced;
  return { after: after ?? null, shareKey: JSON.stringify(shared), variables: coerced };
}
