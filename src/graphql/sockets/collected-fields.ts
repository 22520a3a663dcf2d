import {
  isAbstractType,
  typeFromAST,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type NamedTypeNode,
  type SelectionSetNode,
} from 'graphql';

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;
type Collected = Map<string, FieldNode[]>;

/**
 * The fields selected on an object, by the name they have in the answer and in the order of the answer (GraphQL
 * specification, CollectFields).
 * @param nodes fields with the same name in the answer, whose selections are merged
 * @returns null where a directive has a say, or a name that cannot be a key like any other
 */
export function collectFields(
  schema: GraphQLSchema,
  fragments: Fragments,
  type: GraphQLObjectType,
  nodes: readonly { selectionSet?: SelectionSetNode | undefined }[],
): ReadonlyMap<string, readonly FieldNode[]> | null {
  const collected: Collected = new Map();
  const visited = new Set<string>();
  const collect = (set: SelectionSetNode): boolean =>
    set.selections.every((selection) => {
      if (selection.directives?.length) return false;
      if (selection.kind === 'Field') return addField(collected, selection);
      if (selection.kind === 'InlineFragment')
        return !applies(schema, type, selection.typeCondition) || collect(selection.selectionSet);
      const fragment = fragments.get(selection.name.value);
      if (!fragment || fragment.directives?.length) return false;
      if (visited.has(fragment.name.value)) return true;
      visited.add(fragment.name.value);
      return !applies(schema, type, fragment.typeCondition) || collect(fragment.selectionSet);
    });
  return nodes.every(({ selectionSet }) => !selectionSet || collect(selectionSet)) ? collected : null;
}

function addField(collected: Collected, node: FieldNode): boolean {
  const key = node.alias?.value ?? node.name.value;
  const same = collected.get(key);
  if (same) same.push(node);
  else collected.set(key, [node]);
  return key !== '__proto__';
}

function applies(schema: GraphQLSchema, type: GraphQLObjectType, condition: NamedTypeNode | undefined): boolean {
  if (!condition) return true;
  const named = typeFromAST(schema, condition);
  return named === type || (isAbstractType(named) && schema.isSubType(named, type));
}
