import { Kind, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';

/**
 * For a mutation that answers nothing of a person's unless its own write has found the session open. Whether it still is need
 * not be asked before: the look-up that a device's last one caused may be older than for a read.
 */
export const checksSession = { checksSession: true } as const;

const known = new WeakMap<OperationDefinitionNode, boolean>();

/** Whether all that the operation does is done by mutations that check the session themselves. */
export function checksSessionItself(schema: GraphQLSchema, operation: OperationDefinitionNode): boolean {
  const before = known.get(operation);
  if (before !== undefined) return before;
  const fields = operation.operation === 'mutation' ? schema.getMutationType()!.getFields() : {};
  const isChecked = operation.selectionSet.selections.every(
    (node) => node.kind === Kind.FIELD && fields[node.name.value]?.extensions['checksSession'] === true,
  );
  known.set(operation, isChecked);
  return isChecked;
}
