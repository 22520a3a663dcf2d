import type { ExecutionResult, OperationDefinitionNode } from 'graphql';
import { noteError, noteOperation } from '../platform/metrics.ts';

/** Counts an operation that has run, valid by then. @param startedAt by `performance.now()` */
export function noteResult(definition: OperationDefinitionNode, startedAt: number, { errors }: ExecutionResult): void {
  noteOperation(definition.operation, rootFieldOf(definition), (performance.now() - startedAt) / 1000);
  for (const { extensions } of errors ?? []) noteError(String(extensions['code']));
}

/** The schema's name of what is asked for, whatever the client calls it. */
function rootFieldOf({ selectionSet: { selections } }: OperationDefinitionNode): string {
  const [first] = selections;
  return selections.length === 1 && first?.kind === 'Field' ? first.name.value : 'several';
}
