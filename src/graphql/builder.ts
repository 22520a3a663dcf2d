import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import { getDatamodel } from '../../generated/pothos.ts';
import type PrismaTypes from '../../generated/pothos.ts';
import { prisma } from '../platform/database/database.ts';
import type { Context } from './context.ts';

/** The builder that every domain's graphql.ts registers its part of the schema with. */
export const builder = new SchemaBuilder<{
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    Date: { Input: string; Output: string | Date };
    LocalTime: { Input: string; Output: string };
    DateTime: { Input: string; Output: string | Date };
    JSON: { Input: unknown; Output: unknown };
    EntryValue: { Input: number | boolean | string; Output: number | boolean | string | null };
  };
}>({
  defaultFieldNullability: false,
  plugins: [PrismaPlugin],
  prisma: {
    // The schema is built before the database is open.
    client: () => prisma(),
    dmmf: getDatamodel(),
    exposeDescriptions: false,
    filterConnectionTotalCount: true,
  },
});

builder.queryType({ description: 'Reads. Nothing is found: null or an empty list, never an error.' });
builder.mutationType({ description: 'Writes. Each is one transaction with its numbered change.' });
builder.subscriptionType({ description: 'What happens, as it happens, over WebSocket (graphql-transport-ws).' });
