import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';

/** The schema as the committed file holds it: sorted, so that moving code does not change it. */
export const printSorted = (schema: GraphQLSchema): string => `${printSchema(lexicographicSortSchema(schema))}\n`;
