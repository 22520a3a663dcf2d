import type { GraphQLSchema } from 'graphql';
import { domains } from '../domains.ts';
import { builder } from './builder.ts';
import { defineChanges } from './changes.ts';
import './scalars.ts';

let schema: Promise<GraphQLSchema> | undefined;

/** The whole schema: the kit, every domain's part, and the change log over all of them. Built once. */
export const loadSchema = (): Promise<GraphQLSchema> => (schema ??= buildSchema());

async function buildSchema(): Promise<GraphQLSchema> {
  for (const domain of domains) await domain.loadGraphql?.();
  defineChanges();
  return builder.toSchema();
}
