import type { GraphQLError, OperationDefinitionNode } from 'graphql';
import type { Viewer } from '../kernel/viewer.ts';
import { noteError, noteOperation } from '../platform/observation/metrics.ts';
import { currentRequest } from '../platform/observation/requests.ts';

/** Says for the log what the request asks for, and who. */
export function describeRequest(definition: OperationDefinitionNode, viewer: Viewer | null): void {
  const request = currentRequest();
  if (!request) return;
  request.operation = { type: definition.operation, field: rootFieldOf(definition) };
  if (viewer) request.viewer = viewer;
}

/** Counts an operation that has run, valid by then. @param startedAt by `performance.now()` */
export const noteResult = (definition: OperationDefinitionNode, startedAt: number): void =>
  noteOperation(definition.operation, rootFieldOf(definition), (performance.now() - startedAt) / 1000);

/** Counts the errors of an answer, by whichever way it goes out. To be called once for each answer. */
export function noteErrors(errors: readonly GraphQLError[] | undefined): void {
  if (!errors) return;
  const codes = errors.map(({ extensions }) => String(extensions['code']));
  for (const code of codes) noteError(code);
  const request = currentRequest();
  if (request) request.codes = [...new Set(codes)];
}

/** The schema's name of what is asked for, whatever the client calls it. */
function rootFieldOf({ selectionSet: { selections } }: OperationDefinitionNode): string {
  const [first] = selections;
  return selections.length === 1 && first?.kind === 'Field' ? first.name.value : 'several';
}
