import type { GraphQLSchema } from 'graphql';
import { domains } from '../domains.ts';
import { builder } from './builder.ts';
import './changes.ts';
import { checkRoutes, guardSchema } from './guard.ts';
import './history.ts';
import { defineOperations } from './operations.ts';
import './scalars.ts';

let schema: Promise<GraphQLSchema> | undefined;

/** The whole schema: the kit, every domain's part, and the operations of all of them, behind the guard. Built once. */
export const loadSchema = (): Promise<GraphQLSchema> => (schema ??= buildSchema());

async function buildSchema(): Promise<GraphQLSchema> {
  for (const domain of domains) await domain.loadGraphql?.();
  defineOperations();
  checkRoutes(domains.flatMap(({ routes }) => routes ?? []));
  return guardSchema(builder.toSchema());
}
