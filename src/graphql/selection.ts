import type { GraphQLResolveInfo, SelectionSetNode } from 'graphql';

/** Whether the operation selects the field at this path below the one being resolved. Looks into fragments. */
export function selects(info: GraphQLResolveInfo, path: readonly string[]): boolean {
  return info.fieldNodes.some((node) => contains(info, node.selectionSet, path));
}

function contains(info: GraphQLResolveInfo, set: SelectionSetNode | undefined, path: readonly string[]): boolean {
  const [name, ...rest] = path;
  if (name === undefined) return true;
  return (set?.selections ?? []).some((selection) => {
    if (selection.kind === 'Field')
      return selection.name.value === name && contains(info, selection.selectionSet, rest);
    const fragment = selection.kind === 'InlineFragment' ? selection : info.fragments[selection.name.value];
    return contains(info, fragment?.selectionSet, path);
  });
}
